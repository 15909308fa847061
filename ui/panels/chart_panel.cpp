#include "ui/panels/chart_panel.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/charts/chart_view.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/stale_mark.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <chrono>

namespace ui
{

using namespace std::chrono_literals;
using domain::Interval;

namespace
{

constexpr Interval offered[] = {Interval::M1, Interval::M3, Interval::M5, Interval::M15, Interval::M30,
    Interval::H1, Interval::H2, Interval::H4, Interval::H6, Interval::H12, Interval::D1, Interval::D3,
    Interval::W1};
const QString intervalKey = QStringLiteral("chart/interval");

PriceLine::Kind kindOf(const domain::NewOrder &request)
{
    switch (request.type) {
    case domain::OrderType::Stop:
    case domain::OrderType::StopMarket:
    case domain::OrderType::TrailingStopMarket:
        return PriceLine::Kind::Stop;
    case domain::OrderType::TakeProfit:
    case domain::OrderType::TakeProfitMarket:
        return PriceLine::Kind::TakeProfit;
    default:
        return PriceLine::Kind::Order;
    }
}

/// "Sell 0.050", and of what gets out of a position how: "Stop · Sell 0.050". A limit that only reduces is a
/// target, since on the other side of the market it would have been filled.
QString lineLabel(const domain::Order &order, int quantityDecimals)
{
    const domain::NewOrder &request = order.request;
    const QString what = live::sideWord(request.side) + u' ' +
                         (request.closePosition ? QObject::tr("all")
                                                : live::fixedText(order.remainingQty(), quantityDecimals));
    switch (kindOf(request)) {
    case PriceLine::Kind::Stop:
        return QObject::tr("Stop · %1").arg(what);
    case PriceLine::Kind::TakeProfit:
        return QObject::tr("Target · %1").arg(what);
    default:
        return isReducing(request) ? QObject::tr("Target · %1").arg(what) : what;
    }
}

} // namespace

ChartPanel::ChartPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_chart{identify(new ChartView, QStringLiteral("chart.view"), tr("Chart"))},
      m_intervals{new QButtonGroup{this}},
      m_symbol{new QLabel},
      m_last{new QLabel},
      m_figures{new ElidedLabel{{}, "caption"}}
{
    m_symbol->setObjectName(QStringLiteral("chart.symbol"));
    m_last->setObjectName(QStringLiteral("chart.last"));
    m_figures->setObjectName(QStringLiteral("chart.figures"));
    QFont strong = Theme::numberFont();
    strong.setPointSizeF(strong.pointSizeF() * 1.2);
    strong.setBold(true);
    m_symbol->setFont(strong);
    m_last->setFont(strong);
    m_figures->setFont(Theme::numberFont());
    auto *top = new QHBoxLayout;
    top->setContentsMargins(8, 0, 6, 0);
    top->setSpacing(10);
    top->addWidget(m_symbol);
    top->addWidget(m_last);
    top->addWidget(new StaleMark{QStringLiteral("chart.stale"), tools.window.models.market});
    top->addWidget(m_figures, 1);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(0);
    m_intervals->setExclusive(true);
    for (const Interval interval : offered) {
        const QString word = live::toQString(domain::toString(interval));
        auto *button =
            identify(new QToolButton, QStringLiteral("chart.interval.") + word, tr("Interval %1").arg(word));
        button->setText(word);
        button->setCheckable(true);
        button->setProperty("flat", true);
        m_intervals->addButton(button, static_cast<int>(interval));
        buttons->addWidget(button);
    }
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 3, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(top);
    auto *second = new QHBoxLayout;
    second->setContentsMargins(4, 0, 4, 0);
    second->addLayout(buttons);
    second->addStretch(1);
    layout->addLayout(second);
    layout->addWidget(m_chart, 1);
    setFocusProxy(m_chart);

    const QString kept = tools.window.settings.value(intervalKey).toString();
    if (const auto interval = domain::parseInterval(kept.toStdString())) {
        m_interval = *interval;
    }
    m_chart->setClock(&tools.window.clock);
    connect(m_intervals, &QButtonGroup::idClicked, this,
        [this](int id) { setInterval(static_cast<Interval>(id)); });
    connect(m_chart, &ChartView::intervalRequested, this, &ChartPanel::setInterval);
    connect(m_chart, &ChartView::olderHistoryWanted, this, [this] {
        if (m_feed) {
            m_feed->loadOlder();
        }
    });
    live::Models &models = tools.window.models;
    connect(&models.market, &live::MarketState::exchangeInfoChanged, this, &ChartPanel::applySpec);
    connect(&models.market, &live::MarketState::tickersChanged, this, &ChartPanel::showTicker);
    connect(&models.market, &live::MarketState::marksChanged, this, &ChartPanel::showTicker);
    connect(&models.market, &live::MarketState::staleChanged, this, &ChartPanel::showTicker);
    connect(&models.times, &live::TimeDisplay::changed, this, &ChartPanel::applyZone);
    connect(&tools.theme, &Theme::changed, this, &ChartPanel::applyTheme);
    connect(&tools.link, &SymbolLink::symbolChanged, this, &ChartPanel::reload);
    m_lineTimer.setSingleShot(true);
    m_lineTimer.setInterval(100ms);
    connect(&m_lineTimer, &QTimer::timeout, this, &ChartPanel::showLines);
    const auto later = [this] {
        if (!m_lineTimer.isActive()) {
            m_lineTimer.start();
        }
    };
    connect(&models.account, &live::AccountView::riskChanged, this, later);
    connect(&models.openOrders, &live::OrdersModel::openOrdersChanged, this, later);
    // In the same frame: the figures of a plan follow the hand.
    connect(&tools.link, &SymbolLink::planLinesChanged, this, &ChartPanel::showLines);
    connect(m_chart, &ChartView::lineDragged, &tools.link, &SymbolLink::planLineMoved);
    connect(m_chart, &ChartView::lineMoved, &tools.link, &SymbolLink::planLineMoved);
    applyTheme();
    applyZone();
    reload();
}

ChartPanel::~ChartPanel()
{
    m_chart->setSeries(nullptr);
}

void ChartPanel::setInterval(Interval interval)
{
    if (interval != m_interval) {
        m_interval = interval;
        m_tools.window.settings.setValue(intervalKey, live::toQString(domain::toString(interval)));
        reload();
    }
}

void ChartPanel::reload()
{
    const domain::Symbol &symbol = m_tools.link.symbol();
    if (QAbstractButton *button = m_intervals->button(static_cast<int>(m_interval))) {
        button->setChecked(true);
    }
    m_symbol->setText(symbol.empty() ? tr("No symbol chosen") : live::toQString(symbol));
    m_chart->setSeries(nullptr);
    m_feed.reset();
    if (!symbol.empty()) {
        m_feed = std::make_unique<live::CandleFeed>(
            m_tools.window.marketData, m_tools.window.clock, symbol, m_interval);
    }
    applySpec();
    if (m_feed) {
        m_chart->setSeries(&m_feed->series());
    }
    showTicker();
    showLines();
}

void ChartPanel::applySpec()
{
    if (const domain::SymbolSpec *spec = m_tools.window.models.market.spec(m_tools.link.symbol())) {
        m_chart->setSymbolSpec(spec->priceDecimals(), spec->tickSize, spec->quantityDecimals());
    }
}

void ChartPanel::applyTheme()
{
    m_chart->setTheme(m_tools.theme.chartTheme());
}

void ChartPanel::applyZone()
{
    m_chart->setTimeZone(
        m_tools.window.models.times.isUtc() ? QTimeZone::utc() : QTimeZone::systemTimeZone());
}

void ChartPanel::showTicker()
{
    const domain::Symbol &symbol = m_tools.link.symbol();
    const live::MarketState &market = m_tools.window.models.market;
    const domain::Ticker *ticker = market.ticker(symbol);
    const domain::MarkPrice *mark = market.mark(symbol);
    const int decimals = market.priceDecimals(symbol);
    if (!ticker) {
        m_last->clear();
        m_figures->clear();
        return;
    }
    m_last->setText(live::fixedText(ticker->last, decimals));
    m_last->setAccessibleName(tr("Last price %1").arg(m_last->text()));
    const char *role = market.isStale()                     ? "caption"
                       : ticker->changePercent.isNegative() ? "negative"
                       : ticker->changePercent.isPositive() ? "good"
                                                            : "";
    if (m_last->property("role").toString() != QLatin1StringView{role}) {
        m_last->setProperty("role", QLatin1StringView{role});
        restyle(m_last);
    }
    QString figures = live::signedText(ticker->changePercent, 2) + QStringLiteral(" %");
    if (mark) {
        figures +=
            tr("    Mark %1    Funding %2")
                .arg(live::fixedText(mark->mark, decimals), live::signedPercentText(mark->fundingRate, 4));
    }
    figures += tr("    24 h %1 to %2")
                   .arg(live::fixedText(ticker->low, decimals), live::fixedText(ticker->high, decimals));
    m_figures->setText(figures);
}

void ChartPanel::showLines()
{
    const domain::Symbol &symbol = m_tools.link.symbol();
    std::vector<PriceLine> lines;
    const auto add = [&lines](const QString &id, PriceLine::Kind kind, domain::Price price,
                         const QString &label, domain::Side side) {
        if (price.isPositive()) {
            PriceLine line;
            line.id = id;
            line.kind = kind;
            line.price = price;
            line.label = label;
            line.side = side;
            lines.push_back(line);
        }
    };
    const int quantityDecimals = m_tools.window.models.market.quantityDecimals(symbol);
    for (const domain::PositionRisk &risk : m_tools.window.models.positions.positions()) {
        const domain::Position &held = risk.position;
        if (held.symbol != symbol) {
            continue;
        }
        const QString key = QString::number(static_cast<int>(held.positionSide));
        add(QStringLiteral("entry") + key, PriceLine::Kind::Entry, held.entryPrice,
            live::directionWord(held.side) + u' ' + live::fixedText(held.quantity, quantityDecimals),
            held.side);
        if (risk.liquidationPrice) {
            add(QStringLiteral("liquidation") + key, PriceLine::Kind::Liquidation, *risk.liquidationPrice,
                tr("Liquidation"), held.side);
        }
    }
    for (const domain::Order &order : m_tools.window.models.openOrders.orders()) {
        const domain::NewOrder &request = order.request;
        if (request.symbol == symbol) {
            add(QStringLiteral("order") + live::toQString(order.clientOrderId()), kindOf(request),
                request.triggerPrice.isPositive() ? request.triggerPrice : request.price,
                lineLabel(order, quantityDecimals), request.side);
        }
    }
    const std::vector<PriceLine> &plan = m_tools.link.planLines();
    lines.insert(lines.end(), plan.begin(), plan.end());
    m_chart->setLines(std::move(lines));
}

} // namespace ui
