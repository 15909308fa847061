#pragma once

#include <QLabel>

namespace ui
{

/// One line of text that ends in "…" where it finds too little room, and then tells the rest as its tool tip.
/// It asks for no width of its own.
class ElidedLabel final : public QLabel
{
    Q_OBJECT
public:
    /// role: as of roleLabel().
    explicit ElidedLabel(const QString &text = {}, const char *role = "");

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    QString elided() const;
};

} // namespace ui
