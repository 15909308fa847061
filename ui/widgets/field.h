#pragma once

#include "models/domain/risk/draft_issue.h"
#include "ui/widgets/explanation_popup.h"
#include "ui/widgets/issue_row.h"

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

namespace ui
{

/// A caption, an editor and, when something is wrong, one sentence below it.
class Field : public QWidget
{
    Q_OBJECT
public:
    /// The editor's objectName names the field: its message is "<id>.message".
    Field(const QString &caption, QWidget *editor, QWidget *parent = nullptr);
    void setCaption(const QString &caption);
    /// Empty text clears the message. mend: words of the button that mends it; empty: there is none.
    void setMessage(
        const QString &text, domain::Severity severity = domain::Severity::Blocks, const QString &mend = {});
    QString message() const { return m_message->text(); }

signals:
    void mendAsked();

private:
    QLabel *m_caption;
    QWidget *m_editor;
    IssueRow *m_message;
};

/// A caption on the left and a figure on the right that a screen reader hears as one:
/// "Liquidation price 57,228.9 USDT".
class Readout : public QWidget
{
    Q_OBJECT
public:
    Readout(const QString &id, const QString &caption, QWidget *parent = nullptr);
    /// role: "" for plain, else "good", "negative", "confirm" or "block" as in the style sheet.
    void display(const QString &text, const char *role = "");
    QString text() const { return m_value->text(); }
    void setCaption(const QString &caption);
    /// A sentence below the figure; empty: none.
    void setNote(const QString &text);
    /// Lets a long figure go on in a second line where the dock is narrow.
    void setWraps(bool wraps);
    /// From now on a click on the figure, or Return, Space or F1 while it has the focus, shows where it comes
    /// from. Tab reaches it; Up, Down, Home and End go to the other such figures of the same parent.
    void setExplainer(Explainer explainer);
    /// Of many figures one is enough for Tab to stop at; the arrow keys reach the others from there.
    void setTabStop(bool isStop);
    void explain();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    bool goToOther(int key);

    QLabel *m_caption;
    QLabel *m_value;
    QLabel *m_note = nullptr; ///< made when first needed
    Explainer m_explainer;    ///< empty: the figure needs no explanation
};

} // namespace ui
