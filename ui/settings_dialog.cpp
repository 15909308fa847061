#include "ui/settings_dialog.h"

#include "models/live/text.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/rules_page.h"
#include "ui/widgets/scrolled.h"
#include "ui/widgets/watch_page.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QTabWidget>
#include <QVBoxLayout>

namespace ui
{

using Kind = domain::Alert::Kind;

namespace
{

constexpr std::array channelOrder{
    AlertChannel::Window, AlertChannel::Sound, AlertChannel::Desktop, AlertChannel::Webhook};

} // namespace

SettingsDialog::SettingsDialog(
    AlertDelivery *delivery, live::Models &models, const domain::Symbol &symbol, Page page, QWidget *parent)
    : QDialog{parent},
      m_delivery{delivery}
{
    setObjectName(QStringLiteral("settings"));
    setWindowTitle(tr("Settings"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *tabs = identify(new QTabWidget, QStringLiteral("settings.tabs"), tr("Settings"));
    if (delivery) {
        tabs->addTab(alertsPage(), tr("Alerts"));
        connect(delivery, &AlertDelivery::tested, this, &SettingsDialog::showTested);
    }
    tabs->addTab(new WatchPage{models, symbol}, tr("Risk alerts"));
    auto *rulesPage = new RulesPage{models.rules};
    tabs->addTab(rulesPage, tr("Rules"));
    if (page == Page::Rules) {
        tabs->setCurrentWidget(rulesPage);
    }
    auto *close = identify(new QPushButton{tr("Close")}, QStringLiteral("settings.close"), tr("Close"));
    close->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(close);
    auto *layout = new QVBoxLayout{this};
    layout->addWidget(tabs);
    layout->addLayout(buttons);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    resize(QSize{760, 720}.boundedTo(screen()->availableSize() * 9 / 10));
}

QWidget *SettingsDialog::alertsPage()
{
    m_result = roleLabel({}, "caption");
    m_result->setObjectName(QStringLiteral("settings.result"));
    m_result->setWordWrap(true);
    m_result->setMinimumHeight(4 * m_result->fontMetrics().lineSpacing());
    m_result->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto *table = alertsTable();
    auto *page = new QWidget;
    page->setMinimumWidth(table->minimumSizeHint().width() + 24);
    addFooter(layOutScrolled(page, table, QStringLiteral("settings.alerts"), tr("Alerts")))
        ->addWidget(m_result);
    return page;
}

QWidget *SettingsDialog::alertsTable()
{
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout{page};
    layout->setSpacing(8);
    auto *intro = roleLabel(
        tr("Warnings and critical alerts reach you as ticked here; information is only listed in the "
           "Alerts panel. The same alert comes at most once in 10 s. A critical one that nobody "
           "acknowledges comes again every minute."),
        "caption");
    intro->setWordWrap(true);
    layout->addWidget(intro);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(18);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(0, 1);
    for (std::size_t at = 0; at < channelOrder.size(); ++at) {
        grid->addWidget(roleLabel(channelWord(channelOrder[at]), "heading"), 0, static_cast<int>(at) + 1);
    }
    for (int kind = 0; kind < live::alertKindCount; ++kind) {
        addKind(grid, kind);
    }
    addTests(grid, live::alertKindCount + 1);
    layout->addLayout(grid);
    auto *hook = new QHBoxLayout;
    hook->addWidget(roleLabel(tr("Webhook"), "caption"));
    m_webhook = identify(new QLineEdit, QStringLiteral("settings.webhook"), tr("Address of the webhook"));
    hook->addWidget(m_webhook, 1);
    m_webhook->setPlaceholderText(QStringLiteral("https://host/path"));
    m_webhook->setText(m_delivery->rules().webhookUrl);
    layout->addLayout(hook);
    m_webhookProblem = roleLabel({}, "block");
    m_webhookProblem->setObjectName(QStringLiteral("settings.webhookProblem"));
    m_webhookProblem->setWordWrap(true);
    m_webhookProblem->hide();
    layout->addWidget(m_webhookProblem);
    auto *hint = roleLabel(
        tr("Gets each alert as JSON by POST: program, venue, kind, severity, symbol, clientOrderId, "
           "text, at, repetition. Nothing secret is in it. At most three repeats where it fails."),
        "caption");
    hint->setWordWrap(true);
    layout->addWidget(hint);
    layout->addStretch(1);
    connect(m_webhook, &QLineEdit::textChanged, this, &SettingsDialog::take);
    return page;
}

void SettingsDialog::addKind(QGridLayout *grid, int kind)
{
    const auto which = static_cast<Kind>(kind);
    const QString id = live::toQString(domain::toWord(which)).toLower();
    const QString name = live::alertKindWord(which);
    grid->addWidget(new QLabel{name}, kind + 1, 0);
    for (std::size_t at = 0; at < channelOrder.size(); ++at) {
        auto *box = identify(new QCheckBox,
            QStringLiteral("settings.alert.%1.%2").arg(id, channelWord(channelOrder[at]).toLower()),
            tr("%1: %2").arg(name, channelWord(channelOrder[at])));
        box->setChecked(m_delivery->rules().of(which).test(bitOf(channelOrder[at])));
        connect(box, &QCheckBox::toggled, this, &SettingsDialog::take);
        m_boxes[static_cast<std::size_t>(kind)][at] = box;
        grid->addWidget(box, kind + 1, static_cast<int>(at) + 1, Qt::AlignLeft);
    }
    auto *button = identify(new QPushButton{tr("Test")}, QStringLiteral("settings.testKind.") + id,
        tr("Test %1 on every channel ticked for it").arg(name));
    button->setProperty("small", true);
    button->setToolTip(button->accessibleName());
    connect(
        button, &QPushButton::clicked, this, [this, which] { test(m_delivery->rules().of(which), which); });
    grid->addWidget(button, kind + 1, static_cast<int>(channelOrder.size()) + 1);
}

void SettingsDialog::addTests(QGridLayout *grid, int row)
{
    grid->addWidget(roleLabel(tr("Test one channel"), "caption"), row, 0);
    for (std::size_t at = 0; at < channelOrder.size(); ++at) {
        const AlertChannel channel = channelOrder[at];
        auto *button = identify(new QPushButton{tr("Test")},
            QStringLiteral("settings.test.") + channelWord(channel).toLower(),
            tr("Test %1").arg(channelWord(channel)));
        button->setProperty("small", true);
        connect(button, &QPushButton::clicked, this,
            [this, channel] { test(AlertChannels{}.set(bitOf(channel)), Kind::Emergency); });
        grid->addWidget(button, row, static_cast<int>(at) + 1, Qt::AlignLeft);
    }
}

AlertRules SettingsDialog::typed() const
{
    AlertRules rules;
    for (std::size_t kind = 0; kind < m_boxes.size(); ++kind) {
        for (std::size_t at = 0; at < channelOrder.size(); ++at) {
            rules.channels[kind].set(bitOf(channelOrder[at]), m_boxes[kind][at]->isChecked());
        }
    }
    rules.webhookUrl = m_webhook->text().trimmed();
    return rules;
}

void SettingsDialog::take()
{
    AlertRules rules = typed();
    const QString problem = webhookProblem(rules.webhookUrl);
    m_webhookProblem->setText(problem);
    m_webhookProblem->setVisible(!problem.isEmpty());
    if (!problem.isEmpty()) {
        rules.webhookUrl.clear();
    }
    m_delivery->setRules(rules);
}

void SettingsDialog::test(AlertChannels channels, Kind kind)
{
    m_tested.clear();
    m_result->setText(channels.none() ? tr("No channel is ticked for this kind: it is only listed.")
                                      : tr("Delivering a test …"));
    m_delivery->test(channels, kind);
}

void SettingsDialog::showTested(AlertChannel channel, bool delivered, const QString &sentence)
{
    m_tested[channel] = (delivered ? QStringLiteral("✓ ") : QStringLiteral("✗ ")) + channelWord(channel) +
                        QStringLiteral(": ") + sentence;
    QStringList lines;
    for (const auto &[each, line] : m_tested) {
        lines << line;
    }
    m_result->setText(lines.join(u'\n'));
}

} // namespace ui
