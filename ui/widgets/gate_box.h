#pragma once

#include "models/domain/orders/gate.h"
#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QWidget>

#include <map>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace ui
{

class MarkSign;

/// The gate as a big word, and one line for each cause that closes it: how far, why, until when, and the
/// button for those that only a person lifts.
class GateBox final : public QWidget
{
    Q_OBJECT
public:
    explicit GateBox(const PanelTools &tools, QWidget *parent = nullptr);

private:
    struct Line
    {
        QWidget *whole = nullptr;
        MarkSign *sign = nullptr;
        QLabel *text = nullptr;
        QLabel *end = nullptr;
        QPushButton *open = nullptr;
    };
    void refresh();
    void tick();
    Line &lineOf(domain::GateCause cause);
    void askToOpen(domain::GateCause cause);

    PanelTools m_tools;
    MarkSign *m_sign;
    QLabel *m_word;
    QLabel *m_sentence;
    QVBoxLayout *m_lines;
    std::map<domain::GateCause, Line> m_lineOf;
    QTimer m_second;
};

} // namespace ui
