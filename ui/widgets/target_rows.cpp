#include "ui/widgets/target_rows.h"

#include "ui/theme/theme.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/issue_row.h"

#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

TargetRows::TargetRows(const QString &owner, const QString &of, QWidget *parent)
    : QWidget{parent},
      m_owner{owner},
      m_of{of},
      m_list{new QVBoxLayout},
      m_more{identify(
          new QPushButton{tr("Add target")}, owner + QStringLiteral(".moreTargets"), tr("Add target"))},
      m_fewer{identify(new QPushButton{tr("Remove")}, owner + QStringLiteral(".fewerTargets"),
          tr("Remove the last target"))}
{
    m_list->setSpacing(3);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    for (QPushButton *button : {m_more, m_fewer}) {
        button->setProperty("small", true);
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    layout->addLayout(m_list);
    layout->addLayout(buttons);
    connect(m_more, &QPushButton::clicked, this, [this] { setRows(m_shown + 1); });
    connect(m_fewer, &QPushButton::clicked, this, [this] { setRows(m_shown - 1); });
    setRows(1);
}

void TargetRows::addRow()
{
    const int number = static_cast<int>(m_rows.size()) + 1;
    Row row;
    row.whole = new QWidget;
    row.price = identify(new DecimalEdit, m_owner + QStringLiteral(".target%1").arg(number),
        tr("Price of target %1").arg(number));
    row.price->setPlaceholderText(tr("optional"));
    row.price->setStep(m_tick);
    row.share = identify(new QSpinBox, m_owner + QStringLiteral(".targetShare%1").arg(number),
        tr("Share of target %1 in per cent of %2").arg(number).arg(m_of));
    row.share->setRange(1, 100);
    row.share->setSuffix(QStringLiteral(" %"));
    row.share->setValue(100);
    row.share->setFont(Theme::numberFont());
    row.share->setMaximumWidth(76);
    row.message = new IssueRow{row.price->objectName()};
    auto *caption = roleLabel(tr("Target %1").arg(number), "caption");
    caption->setBuddy(row.price);
    caption->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("Trigger price  ")));
    auto *whole = new QVBoxLayout{row.whole};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(2);
    auto *line = new QHBoxLayout;
    line->setSpacing(6);
    line->addWidget(caption);
    line->addWidget(row.price, 1);
    line->addWidget(row.share);
    whole->addLayout(line);
    whole->addWidget(row.message);
    m_list->addWidget(row.whole);
    connect(row.price, &QLineEdit::textChanged, this, &TargetRows::changed);
    connect(row.share, &QSpinBox::valueChanged, this, &TargetRows::changed);
    connect(row.message, &IssueRow::mendAsked, this, [this, number] { emit mendAsked(number - 1); });
    m_rows.push_back(row);
}

void TargetRows::setRows(int count)
{
    while (static_cast<int>(m_rows.size()) < std::min(count, most)) {
        addRow();
    }
    const bool isAnother = count != m_shown;
    m_shown = std::clamp(count, 0, most);
    if (isAnother && m_shown > 0) {
        const QSignalBlocker quiet{this}; // one change, not one a row
        for (int row = 0; row < m_shown; ++row) {
            at(row).share->setValue(row + 1 == m_shown ? 100 - 100 / m_shown * (m_shown - 1) : 100 / m_shown);
        }
    }
    show();
}

void TargetRows::show()
{
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        m_rows[row].whole->setVisible(static_cast<int>(row) < m_shown);
    }
    m_more->setEnabled(m_shown < most);
    m_fewer->setEnabled(m_shown > 0);
    emit changed();
}

void TargetRows::setGrid(const std::string &tickSize, int priceDecimals)
{
    m_tick = tickSize;
    m_decimals = priceDecimals;
    for (const Row &row : m_rows) {
        row.price->setStep(tickSize);
    }
}

bool TargetRows::isBlank(int row) const
{
    return at(row).price->isBlank();
}

std::optional<domain::Price> TargetRows::price(int row) const
{
    return at(row).price->value<domain::Price>();
}

int TargetRows::sharePercent(int row) const
{
    return at(row).share->value();
}

domain::Rate TargetRows::share(int row) const
{
    return domain::Rate::of(sharePercent(row)) / 100;
}

void TargetRows::setPrice(int row, domain::Price price)
{
    at(row).price->setValue(price, m_decimals);
}

void TargetRows::setShare(int row, domain::Rate fraction)
{
    at(row).share->setValue(static_cast<int>((fraction * 100).approximate() + 0.5));
}

void TargetRows::clearPrices()
{
    for (const Row &row : m_rows) {
        row.price->clear();
    }
}

void TargetRows::setMessage(int row, const QString &text, domain::Severity severity, const QString &mend)
{
    at(row).message->display(text, severity, mend);
    const QString problem = text.isEmpty()                         ? QString{}
                            : severity == domain::Severity::Blocks ? QStringLiteral("block")
                                                                   : QStringLiteral("confirm");
    if (at(row).price->property("problem").toString() != problem) {
        at(row).price->setProperty("problem", problem);
        restyle(at(row).price);
    }
}

} // namespace ui
