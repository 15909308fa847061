#pragma once

#include <QString>

class QVBoxLayout;
class QWidget;

namespace ui
{

/// Fills a panel with content that scrolls up and down. Returns the panel's layout.
QVBoxLayout *layOutScrolled(QWidget *panel, QWidget *content, const QString &id, const QString &spokenName);
/// A strip below what scrolls, in view however long that is.
QVBoxLayout *addFooter(QVBoxLayout *panel);

} // namespace ui
