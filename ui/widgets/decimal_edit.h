#pragma once

#include "models/domain/exact.h"

#include <QLineEdit>

#include <algorithm>
#include <optional>

namespace ui
{

/// A field for one exact decimal: digits and a point, commas between thousands are read over. Up and Down
/// step by the grid. The unit stands inside the field, on the right.
class DecimalEdit : public QLineEdit
{
    Q_OBJECT
public:
    explicit DecimalEdit(QWidget *parent = nullptr);

    void setUnit(const QString &unit);
    void setStep(const std::string &step) { m_step = step; }
    /// From now on the number may be below 0.
    void allowNegative();
    /// Nothing where the field is empty or not a number.
    template <class Exact> std::optional<Exact> value() const
    {
        const auto parsed = Exact::parse(plainText());
        return parsed ? std::optional{*parsed} : std::nullopt;
    }
    template <class Exact> void setValue(Exact value) { setPlain(value.toString()); }
    /// With that many decimals, more where the value has more.
    template <class Exact> void setValue(Exact value, int decimals)
    {
        setPlain(value.toFixed(std::max(decimals, value.decimals())));
    }
    /// Empty counts as absent, not as wrong.
    bool isBlank() const { return text().trimmed().isEmpty(); }
    std::string plainText() const;

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void setPlain(const std::string &text);
    QString m_unit;
    std::string m_step = "1";
    bool m_isSigned = false;
};

} // namespace ui
