#include "ui/widgets/venue_band.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/gate_pill.h"
#include "ui/widgets/identify.h"

#include <QHBoxLayout>
#include <QPainter>

#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

VenueMark markOf(VenueKind kind)
{
    switch (kind) {
    case VenueKind::Paper:
        return {VenueBand::tr("PAPER"), VenueBand::tr("practice money, nothing here is real"),
            QColor{0x1f, 0x5f, 0xbf}, QColor{0xff, 0xff, 0xff}};
    case VenueKind::Testnet:
        return {VenueBand::tr("TESTNET"), VenueBand::tr("the exchange's test system, test money"),
            QColor{0xe0, 0x9a, 0x12}, QColor{0x1a, 0x12, 0x00}};
    case VenueKind::Mainnet:
        return {VenueBand::tr("LIVE"), VenueBand::tr("real money: every order counts"),
            QColor{0xc8, 0x1e, 0x2b}, QColor{0xff, 0xff, 0xff}};
    case VenueKind::Custom:
        break;
    }
    return {VenueBand::tr("CUSTOM"), VenueBand::tr("a venue of your own choice: treat it as real"),
        QColor{0x7a, 0x3f, 0xb0}, QColor{0xff, 0xff, 0xff}};
}

VenueBand::VenueBand(const MainWindowContext &context, const Theme &theme, QWidget *parent)
    : QWidget{parent},
      m_context{context},
      m_theme{theme},
      m_mark{markOf(context.venue)}
{
    setObjectName(QStringLiteral("venueBand"));
    setAccessibleName(tr("Venue %1: %2").arg(m_mark.word, m_mark.sentence));
    auto *layout = new QHBoxLayout{this};
    layout->setContentsMargins(12, 4, 12, 4);
    layout->setSpacing(14);
    QPalette onFill = palette();
    onFill.setColor(QPalette::WindowText, m_mark.text);
    const QString ink = QStringLiteral("color: ") + m_mark.text.name();
    auto *word = new QLabel{m_mark.word};
    word->setObjectName(QStringLiteral("venueWord"));
    word->setStyleSheet(ink + QStringLiteral("; font-weight: 800; letter-spacing: 2px; font-size: 11pt"));
    layout->addWidget(word);
    auto *gate = new GatePill{context.models.health, theme};
    connect(gate, &GatePill::clicked, this, &VenueBand::gatePressed);
    layout->addWidget(gate);
    auto *sentence = new ElidedLabel{m_mark.sentence + QStringLiteral("  ·  ") + context.venueName};
    sentence->setObjectName(QStringLiteral("venueSentence"));
    sentence->setStyleSheet(ink);
    layout->addWidget(sentence, 1);
    m_equity = addFigure(QStringLiteral("band.equity"), tr("Equity"));
    m_available = addFigure(QStringLiteral("band.available"), tr("Available"));
    m_pnl = addFigure(QStringLiteral("band.pnl"), tr("Open PnL"));
    m_ratio = addFigure(QStringLiteral("band.ratio"), tr("Margin ratio"));
    m_connection = addFigure(QStringLiteral("band.connection"), {});
    m_clock = addFigure(QStringLiteral("band.clock"), {});
    connect(&context.models.account, &live::AccountView::riskChanged, this, &VenueBand::showAccount);
    connect(&context.models.health, &live::HealthModel::healthChanged, this, &VenueBand::showHealth);
    connect(&context.models.market, &live::MarketState::staleChanged, this, &VenueBand::showStaleness);
    connect(&context.models.times, &live::TimeDisplay::changed, this, &VenueBand::showTime);
    m_second.setInterval(1s);
    connect(&m_second, &QTimer::timeout, this, &VenueBand::showTime);
    connect(&m_second, &QTimer::timeout, this, &VenueBand::showHealth);
    m_second.start();
    showAccount();
    showHealth();
    showTime();
}

QLabel *VenueBand::addFigure(const QString &id, const QString &caption)
{
    auto *row = static_cast<QHBoxLayout *>(layout());
    auto *label = new QLabel{caption};
    label->setObjectName(id);
    label->setProperty("caption", caption);
    label->setFont(Theme::numberFont());
    label->setStyleSheet(QStringLiteral("color: ") + m_mark.text.name());
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(label);
    return label;
}

namespace
{

void showFigure(QLabel *label, const QString &value)
{
    const QString caption = label->property("caption").toString();
    const QString text = caption.isEmpty() ? value : caption + QStringLiteral("  ") + value;
    if (text != label->text()) {
        label->setText(text);
        // The widest text so far keeps its room, so that the neighbours stand still.
        label->setMinimumWidth(std::max(label->minimumWidth(), label->sizeHint().width()));
    }
}

} // namespace

void VenueBand::showAccount()
{
    const domain::AccountRisk *risk = m_context.models.account.risk();
    if (!risk) {
        for (QLabel *label : {m_equity, m_available, m_pnl, m_ratio}) {
            showFigure(label, QStringLiteral("--"));
        }
        return;
    }
    showFigure(m_equity, live::fixedText(risk->marginBalance, 2) + QStringLiteral(" USDT"));
    showFigure(m_available, live::fixedText(risk->availableBalance, 2));
    showFigure(m_pnl, live::signedText(risk->unrealizedPnl, 2));
    showFigure(m_ratio,
        live::ratioText(live::worstRatio(*risk)) + u' ' + live::toQString(domain::toString(risk->level)));
}

void VenueBand::showStaleness()
{
    // What hangs on the mark prices steps back with them.
    const QColor ink =
        m_context.models.market.isStale() ? blended(m_mark.fill, m_mark.text, 0.6) : m_mark.text;
    for (QLabel *label : {m_equity, m_available, m_pnl, m_ratio}) {
        label->setStyleSheet(QStringLiteral("color: ") + ink.name());
    }
    showHealth();
}

void VenueBand::showHealth()
{
    const ports::HealthState &health = m_context.models.health.state();
    int connected = 0;
    for (const ports::StreamHealth &stream : health.streams) {
        connected += stream.state == ports::StreamHealth::State::Connected ? 1 : 0;
    }
    const bool isWhole = connected > 0 && connected == static_cast<int>(health.streams.size());
    const QString streams =
        isWhole ? tr("● connected") : tr("○ %1 of %2 streams").arg(connected).arg(health.streams.size());
    const live::MarketState &market = m_context.models.market;
    const auto silent = market.isStale() ? market.silentFor() : std::nullopt;
    const QString prices = silent ? tr(", prices stale for %1").arg(live::ageText(*silent)) : QString{};
    showFigure(m_connection, streams + prices + (health.canTrade ? QString{} : tr(", orders off")));
    m_connection->setToolTip(m_context.models.health.tradeBlockedReason());
}

void VenueBand::showTime()
{
    const live::TimeDisplay &times = m_context.models.times;
    showFigure(m_clock, times.time(m_context.clock.wallNow()) + u' ' + times.zone());
}

void VenueBand::paintEvent(QPaintEvent *)
{
    QPainter{this}.fillRect(rect(), m_mark.fill);
}

} // namespace ui
