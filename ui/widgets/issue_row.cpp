#include "ui/widgets/issue_row.h"

#include "models/live/text.h"
#include "ui/widgets/identify.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace ui
{

IssueRow::IssueRow(const QString &id, QWidget *parent)
    : QWidget{parent},
      m_text{roleLabel({}, "block")},
      m_mend{identify(new QPushButton, id + QStringLiteral(".mend"), tr("Mend it"))}
{
    auto *layout = new QHBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_mend, 0, Qt::AlignTop);
    m_text->setObjectName(id + QStringLiteral(".message"));
    m_text->setWordWrap(true);
    m_mend->setProperty("small", true);
    connect(m_mend, &QPushButton::clicked, this, &IssueRow::mendAsked);
    m_mend->hide();
    hide();
}

QString IssueRow::text() const
{
    return m_text->accessibleName();
}

void IssueRow::display(const QString &text, domain::Severity severity, const QString &mend)
{
    const QString role = QLatin1StringView{severity == domain::Severity::Blocks ? "block" : "confirm"};
    if (m_text->property("role").toString() != role) {
        m_text->setProperty("role", role);
        restyle(m_text);
    }
    showSentence(m_text, text);
    m_mend->setText(mend);
    m_mend->setAccessibleName(mend + QStringLiteral(": ") + text);
    m_mend->setVisible(!mend.isEmpty());
    setVisible(!text.isEmpty());
}

QString mendWords(const domain::DraftIssue &issue)
{
    if (issue.suggestion.empty()) {
        return {};
    }
    const QString plain = live::toQString(issue.suggestion);
    switch (issue.field) {
    case domain::DraftField::Leverage:
        return IssueRow::tr("Set %1x").arg(plain);
    case domain::DraftField::MarginType:
        return issue.suggestion == "ISOLATED" ? IssueRow::tr("Plan isolated") : IssueRow::tr("Plan cross");
    case domain::DraftField::Side:
        return issue.suggestion == "LONG"    ? IssueRow::tr("Plan for the long")
               : issue.suggestion == "SHORT" ? IssueRow::tr("Plan for the short")
                                             : IssueRow::tr("Plan one-way");
    case domain::DraftField::ReduceOnly:
        return IssueRow::tr("Switch reduce-only off");
    case domain::DraftField::TargetShare:
        return IssueRow::tr("Set %1 %").arg(plain);
    default:
        return IssueRow::tr("Set %1").arg(live::grouped(issue.suggestion));
    }
}

} // namespace ui
