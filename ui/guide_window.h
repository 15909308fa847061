#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

class QLineEdit;
class QTextBrowser;

namespace ui
{

/// The user guide in a window of its own, beside the terminal, with a search.
class GuideWindow final : public QWidget
{
    Q_OBJECT
public:
    explicit GuideWindow(const Theme &theme, QWidget *parent = nullptr);

    /// Brings that heading to the top.
    void goTo(const QString &heading);

private:
    void applyAppearance();
    void findNext();

    const Theme &m_theme;
    QTextBrowser *m_text;
    QLineEdit *m_search;
};

} // namespace ui
