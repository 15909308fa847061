#pragma once

#include "models/live/models.h"
#include "ui/alert_delivery.h"

#include <QDialog>

#include <array>
#include <map>

class QCheckBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ui
{

/// The program's settings: which alert reaches you how, each with a test that really delivers, and the
/// user's own rules. Changes of alerts hold at once.
class SettingsDialog final : public QDialog
{
    Q_OBJECT
public:
    enum class Page : std::uint8_t { Alerts, Rules };
    /// delivery: null where alerts reach people in the window only; there is no page for them then.
    /// symbol: what the page of risk alerts begins with.
    SettingsDialog(AlertDelivery *delivery, live::Models &models, const domain::Symbol &symbol, Page page,
        QWidget *parent = nullptr);

private:
    QWidget *alertsPage();
    QWidget *alertsTable();
    void addKind(QGridLayout *grid, int kind);
    void addTests(QGridLayout *grid, int row);
    AlertRules typed() const;
    void take();
    void test(AlertChannels channels, domain::Alert::Kind kind);
    void showTested(AlertChannel channel, bool delivered, const QString &sentence);

    AlertDelivery *m_delivery;
    std::array<std::array<QCheckBox *, alertChannelCount>, live::alertKindCount> m_boxes{};
    // of the page of alerts, where they are delivered
    QLineEdit *m_webhook = nullptr;
    QLabel *m_webhookProblem = nullptr;
    QLabel *m_result = nullptr;
    std::map<AlertChannel, QString> m_tested;
};

} // namespace ui
