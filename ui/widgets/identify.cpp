#include "ui/widgets/identify.h"

#include <QStyle>

namespace ui
{

void restyle(QWidget *widget)
{
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

} // namespace ui
