#pragma once

#include "models/domain/explanation.h"

#include <QDialog>
#include <QTimer>

#include <functional>

class QLabel;

namespace ui
{

/// Makes the explanation of a figure as it stands now; nothing where there is none at the moment.
using Explainer = std::function<std::optional<domain::Explanation>()>;

/// Shows where a figure comes from: formula, the same with the values put in, each value with source and age.
/// Follows the figure while it is open. Escape or a click elsewhere closes it, Ctrl+C copies all of it.
class ExplanationPopup final : public QDialog
{
    Q_OBJECT
public:
    /// Opens beside the anchor, or beside a part of it; does nothing where there is nothing to explain.
    static void open(QWidget *anchor, Explainer explainer);
    static void open(QWidget *anchor, const QRect &part, Explainer explainer);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    ExplanationPopup(QWidget *anchor, Explainer explainer, const domain::Explanation &first);
    void show(const domain::Explanation &explanation);
    void refresh();
    void place(const QWidget &anchor, const QRect &part);
    void copy() const;

    Explainer m_explainer;
    domain::Explanation m_shown;
    QLabel *m_head;
    QLabel *m_body;
    QTimer m_ageing;
};

/// Digits before the point set apart by commas in every number of a text: "(1500 + 0.5)" becomes
/// "(1,500 + 0.5)".
QString withGroupedNumbers(const QString &text);

} // namespace ui
