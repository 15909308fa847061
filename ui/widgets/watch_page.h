#pragma once

#include "models/live/models.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace ui
{

class DecimalEdit;

/// The settings page of risk alerts: from which level, distance, loss and payment on a person is told, and
/// which prices are waited for. Changes hold at once.
class WatchPage final : public QWidget
{
    Q_OBJECT
public:
    WatchPage(live::Models &models, const domain::Symbol &symbol, QWidget *parent = nullptr);

private:
    struct Row
    {
        QCheckBox *isOn = nullptr;
        DecimalEdit *limit = nullptr;
    };
    Row addRow(QGridLayout *grid, const char *id, const QString &what, const QString &unit);
    QWidget *prices(const domain::Symbol &symbol);
    void show();
    void take();
    void addPrice();
    void removePrice();
    void say(const QString &text);

    live::Models &m_models;
    QCheckBox *m_hasLevel;
    QComboBox *m_level;
    Row m_distance;
    Row m_naked;
    Row m_dailyLoss;
    Row m_funding;
    QListWidget *m_prices;
    QLineEdit *m_symbol;
    DecimalEdit *m_price;
    QPushButton *m_remove;
    QLabel *m_problem;
    bool m_isShowing = false;
};

} // namespace ui
