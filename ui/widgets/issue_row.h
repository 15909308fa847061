#pragma once

#include "models/domain/risk/draft_issue.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace ui
{

/// One sentence about what is wrong, and beside it, where something mends it, the button that does.
class IssueRow final : public QWidget
{
    Q_OBJECT
public:
    /// The sentence is "<id>.message", the button "<id>.mend".
    explicit IssueRow(const QString &id, QWidget *parent = nullptr);
    /// Hides itself where the text is empty. mend: words of the button; empty: there is none.
    void display(const QString &text, domain::Severity severity, const QString &mend = {});
    QString text() const;

signals:
    void mendAsked();

private:
    QLabel *m_text;
    QPushButton *m_mend;
};

/// What the button of an issue says: "Use 59,000.0", "Set 12x", "Plan for long". Empty without a suggestion.
QString mendWords(const domain::DraftIssue &issue);

} // namespace ui
