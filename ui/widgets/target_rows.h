#pragma once

#include "models/domain/exact.h"
#include "models/domain/risk/draft_issue.h"

#include <QWidget>

#include <optional>
#include <vector>

class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace ui
{

class DecimalEdit;
class IssueRow;

/// Up to five targets: each a price and the share that it takes, with buttons to add one and take the last
/// away. A new number of rows splits evenly; what does not divide goes to the last one.
class TargetRows final : public QWidget
{
    Q_OBJECT
public:
    static constexpr int most = 5;
    struct Target
    {
        domain::Price price;
        domain::Rate share;
    };

    /// Names: "<owner>.target1", "<owner>.targetShare1", "<owner>.moreTargets", "<owner>.fewerTargets".
    /// of: what the share is a part of, for the spoken name.
    TargetRows(const QString &owner, const QString &of, QWidget *parent = nullptr);

    void setGrid(const std::string &tickSize, int priceDecimals);
    void setRows(int count);
    int rows() const { return m_shown; }
    bool isBlank(int row) const;
    /// Nothing where the row holds no number.
    std::optional<domain::Price> price(int row) const;
    int sharePercent(int row) const;
    domain::Rate share(int row) const; ///< fraction
    void setPrice(int row, domain::Price price);
    void setShare(int row, domain::Rate fraction);
    void clearPrices();
    /// Below the row; empty text takes it away.
    void setMessage(int row, const QString &text, domain::Severity severity = domain::Severity::Blocks,
        const QString &mend = {});
    DecimalEdit *editor(int row) const { return m_rows[static_cast<std::size_t>(row)].price; }

signals:
    void changed();
    void mendAsked(int row);

private:
    struct Row
    {
        QWidget *whole = nullptr;
        DecimalEdit *price = nullptr;
        QSpinBox *share = nullptr;
        IssueRow *message = nullptr;
    };
    void addRow();
    void show();
    const Row &at(int row) const { return m_rows[static_cast<std::size_t>(row)]; }

    QString m_owner;
    QString m_of;
    std::string m_tick = "1";
    int m_decimals = 2;
    QVBoxLayout *m_list;
    std::vector<Row> m_rows;
    int m_shown = 0;
    QPushButton *m_more;
    QPushButton *m_fewer;
};

} // namespace ui
