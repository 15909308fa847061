#include "ui/charts/chart_view.h"

#include "models/live/text.h"
#include "ui/charts/chart_frame.h"
#include "ui/charts/chart_marks.h"
#include "ui/charts/chart_overlay.h"
#include "ui/charts/chart_ticks.h"

#include <QDateTime>
#include <QEvent>
#include <QLocale>
#include <QResizeEvent>
#include <QToolButton>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

using namespace std::chrono_literals;
using live::CandleSeries;

namespace ui
{
namespace
{
constexpr std::chrono::milliseconds frameTime = 16ms;
constexpr double preferredPixelsPerBar = 9;
constexpr int leastUsefulWidth = 40;

const domain::Clock &machineClock()
{
    static const domain::SystemClock clock;
    return clock;
}
} // namespace

ChartView::ChartView(QWidget *parent)
    : QWidget{parent},
      m_frame{new ChartFrame{this}},
      m_overlay{new ChartOverlay{m_frame->viewport()}},
      m_liveButton{new QToolButton{m_frame->viewport()}},
      m_clock{&machineClock()}
{
    setObjectName(QStringLiteral("chart"));
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(160, 120);
    m_frame->setObjectName(QStringLiteral("chartPlot"));
    m_frame->setAccessibleName(tr("Plot"));
    m_frame->viewport()->setObjectName(QStringLiteral("chartViewport"));
    m_frame->viewport()->setMouseTracking(true);
    m_frame->viewport()->installEventFilter(this);
    m_liveButton->setObjectName(QStringLiteral("chartGoToLive"));
    m_liveButton->setText(tr("Go to live"));
    m_liveButton->setAccessibleName(tr("Go to the newest bar"));
    m_liveButton->setToolTip(tr("Go to the newest bar (End)"));
    m_liveButton->setFocusPolicy(Qt::NoFocus);
    m_liveButton->setCursor(Qt::ArrowCursor);
    m_liveButton->hide();
    connect(m_liveButton, &QToolButton::clicked, this, &ChartView::goToLive);
    m_frameTimer.setSingleShot(true);
    connect(&m_frameTimer, &QTimer::timeout, this, &ChartView::applyNow);
    connect(&m_secondTimer, &QTimer::timeout, this, &ChartView::onSecond);
    m_secondTimer.start(1s);
    m_sinceFrame.start();
    setTheme(m_theme);
    updateAccessibleName();
}

ChartView::~ChartView() = default;

void ChartView::setSeries(CandleSeries *series)
{
    if (series == m_series) {
        return;
    }
    if (m_series) {
        m_series->disconnect(this);
    }
    cancelDrag();
    m_series = series;
    if (series != nullptr) {
        connect(series, &CandleSeries::lastBarChanged, this, [this] { schedule(Dirty::LastBar); });
        connect(series, &CandleSeries::barsAppended, this, &ChartView::onBarsChanged);
        connect(series, &CandleSeries::historyPrepended, this, &ChartView::onBarsChanged);
        connect(series, &CandleSeries::pastChanged, this, &ChartView::onBarsChanged);
        connect(series, &CandleSeries::reset, this, &ChartView::onReset);
        connect(series, &CandleSeries::stateChanged, this, &ChartView::onStateChanged);
        connect(series, &QObject::destroyed, this, &ChartView::onReset);
    }
    applyTheme();
    onReset();
}

void ChartView::setSymbolSpec(int priceDecimals, domain::Price tickSize, int quantityDecimals)
{
    m_priceDecimals = std::clamp(priceDecimals, 0, 12);
    m_tickSize = tickSize;
    m_quantityDecimals = std::clamp(quantityDecimals, 0, 12);
    schedule(Dirty::All);
}

void ChartView::setTheme(const ChartTheme &theme)
{
    m_theme = theme;
    m_liveButton->setStyleSheet(
        QStringLiteral("QToolButton { background: %1; color: %2; border: none; padding: 4px 9px; }"
                       "QToolButton:hover { background: %3; }")
            .arg(m_theme.labelBackground.name(), m_theme.labelText.name(), m_theme.entry.name()));
    applyTheme();
    schedule(Dirty::All);
}

bool ChartView::isStale() const
{
    return m_series && m_series->state() == CandleSeries::State::Stale;
}

void ChartView::applyTheme()
{
    m_isFaded = isStale();
    m_frame->setTheme(m_isFaded ? m_theme.faded() : m_theme);
}

void ChartView::setLines(std::vector<PriceLine> lines)
{
    m_lines = std::move(lines);
    if (m_drag == Drag::Line && std::ranges::none_of(m_lines, [this](const PriceLine &line) {
            return line.id == m_draggedLine && line.movable;
        })) {
        cancelDrag(); // it was filled or cancelled in the user's hand
    }
    refreshOverlay();
    if (!m_chosenLine.isEmpty()) {
        updateAccessibleName();
    }
}

void ChartView::setTimeZone(const QTimeZone &zone)
{
    m_zone = zone;
    schedule(Dirty::All);
    updateAccessibleName();
}

void ChartView::setClock(const domain::Clock *clock)
{
    m_clock = clock;
    refreshOverlay();
}

// ---- What the series says

void ChartView::schedule(Dirty what)
{
    m_dirty = std::max(m_dirty, what);
    if (m_frameTimer.isActive() || !isVisible()) {
        return;
    }
    const auto sinceFrame = std::chrono::milliseconds{m_sinceFrame.elapsed()};
    if (sinceFrame >= frameTime) {
        applyNow();
    } else {
        m_frameTimer.start(frameTime - sinceFrame);
    }
}

void ChartView::applyNow()
{
    m_frameTimer.stop();
    m_sinceFrame.restart();
    switch (std::exchange(m_dirty, Dirty::Nothing)) {
    case Dirty::Nothing:
        break;
    case Dirty::LastBar:
        refreshLastBar();
        break;
    case Dirty::All:
        rebuild();
        break;
    }
}

void ChartView::onBarsChanged()
{
    m_window.setBounds(m_series->firstNumber(), m_series->endNumber());
    schedule(Dirty::All);
    if (m_window.isNearOldest() && !m_mustPlaceWindow) {
        emit olderHistoryWanted();
    }
}

void ChartView::onReset()
{
    m_mustPlaceWindow = true;
    m_columns.clear(); // they were those of other bars
    m_crosshair.reset();
    m_scale = {};
    schedule(Dirty::All);
    updateAccessibleName();
}

void ChartView::onStateChanged()
{
    if (m_isFaded != isStale()) {
        applyTheme();
    }
    refreshOverlay();
}

void ChartView::onSecond()
{
    if (isVisible()) {
        refreshOverlay(); // the countdown
        updateAccessibleName();
    }
}

// ---- Drawing

void ChartView::layOut()
{
    const double widest = std::max(std::abs(m_scale.high()), std::abs(m_scale.low()));
    m_axisText = priceText(domain::Price::fromApproximate(widest));
    for (QChar &letter : m_axisText) {
        letter = letter.isDigit() ? QChar{u'0'} : letter;
    }
    m_frame->layOut(size(), m_axisText);
    m_overlay->setGeometry(QRect{QPoint{0, 0}, size()});
    m_liveButton->adjustSize();
    const QRect pane = volumePane();
    m_liveButton->move(pane.right() - m_liveButton->width() - 10, pane.bottom() - m_liveButton->height() - 6);
}

void ChartView::placeWindow()
{
    m_mustPlaceWindow = false;
    m_window = {};
    m_window.setBounds(m_series->firstNumber(), m_series->endNumber());
    m_window.setSpan(m_wantedBars.value_or(pricePane().width() / preferredPixelsPerBar));
    m_window.goToLive();
    if (m_window.isNearOldest()) {
        emit olderHistoryWanted();
    }
}

void ChartView::rebuild()
{
    m_dirty = Dirty::Nothing;
    if (pricePane().width() < leastUsefulWidth) {
        layOut();
    }
    const bool isEmpty = !m_series || m_series->isEmpty();
    if (isEmpty) {
        m_columns.clear();
    } else {
        if (m_mustPlaceWindow) {
            placeWindow();
        }
        m_columns.rebuild(*m_series, m_window.from(), m_window.to(), pricePane().width());
    }
    if (!m_columns.isEmpty()) {
        m_scale.fit(m_columns.low(), m_columns.high(), smallestPriceSpan());
    }
    m_fullVolume = m_columns.highestVolume() > 0 ? volumeCeiling(m_columns.highestVolume()) : 0;
    const double widest = std::max(std::abs(m_scale.high()), std::abs(m_scale.low()));
    if (priceText(domain::Price::fromApproximate(widest)).size() != m_axisText.size()) {
        layOut();
    }
    ChartFrame::Contents contents;
    contents.from = m_window.from();
    contents.to = m_window.to();
    contents.low = m_scale.low();
    contents.high = m_scale.high();
    contents.priceStep = priceStep(m_scale.span(), pricePane().height(), m_tickSize.approximate());
    contents.decimals = m_priceDecimals;
    contents.fullVolume = m_fullVolume;
    if (!isEmpty) {
        contents.ticks = timeTicks(*m_series, m_window.from(), m_window.to(), pricePane().width(), m_zone);
    }
    m_frame->show(contents, m_columns);
    m_liveButton->setVisible(!isEmpty && !m_window.isFollowing());
    refreshOverlay();
}

void ChartView::refreshLastBar()
{
    if (!m_series || m_series->isEmpty() || m_mustPlaceWindow) {
        rebuild();
        return;
    }
    m_columns.refreshLast(*m_series);
    const bool scaleMoves =
        !m_columns.isEmpty() && m_scale.fit(m_columns.low(), m_columns.high(), smallestPriceSpan());
    if (scaleMoves || m_columns.highestVolume() > m_fullVolume) {
        rebuild();
        return;
    }
    if (m_window.isFollowing()) {
        // Through the overlay, which lies on the chart: what is below it is painted in the same go.
        m_overlay->update(m_frame->lastColumn());
    }
    refreshOverlay();
}

double ChartView::smallestPriceSpan() const
{
    return std::max({m_tickSize.approximate() * 10, std::abs(m_columns.high()) * 1e-5, 1e-9});
}

QString ChartView::priceText(domain::Price price) const
{
    return live::fixedText(price, m_priceDecimals);
}

QString ChartView::timeText(domain::Timestamp at) const
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(domain::toMs(at), m_zone);
    const bool isIntraday = m_series && domain::lengthOf(m_series->interval()) < 24h;
    return QLocale{}.toString(time, isIntraday ? u"ddd d MMM yyyy HH:mm" : u"ddd d MMM yyyy");
}

QString ChartView::countdown() const
{
    const auto bar = m_series->exactAt(m_series->size() - 1);
    const auto left = domain::nextOpenTime(bar.openAt, m_series->interval()) - m_clock->wallNow();
    if (bar.isClosed || left <= 0ms || m_series->state() != CandleSeries::State::Live) {
        return {};
    }
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    const auto twoDigits = [](long long number) {
        return QStringLiteral("%1").arg(number, 2, 10, QChar{u'0'});
    };
    if (seconds >= 86'400) {
        return tr("%1 d %2 h").arg(seconds / 86'400).arg(seconds % 86'400 / 3'600);
    }
    if (seconds >= 3'600) {
        return QString::number(seconds / 3'600) + u':' + twoDigits(seconds % 3'600 / 60) + u':' +
               twoDigits(seconds % 60);
    }
    return twoDigits(seconds / 60) + u':' + twoDigits(seconds % 60);
}

std::optional<int> ChartView::crosshairIndex() const
{
    if (!m_crosshair || !m_series) {
        return std::nullopt;
    }
    const int index = indexAt(m_crosshair->x());
    return index >= 0 && index < m_series->size() ? std::optional{index} : std::nullopt;
}

std::vector<ReadoutPart> ChartView::readoutParts() const
{
    if (!m_series) {
        return {};
    }
    const QString name = QString::fromStdString(m_series->symbol()) + u' ' +
                         live::toQString(domain::toString(m_series->interval()));
    std::vector<ReadoutPart> parts{{{}, name, m_theme.text}};
    if (m_series->isEmpty()) {
        return parts;
    }
    const int index = crosshairIndex().value_or(m_series->size() - 1);
    const live::ExactBar bar = m_series->exactAt(index);
    const domain::Price before = index > 0 ? m_series->exactAt(index - 1).close : bar.open;
    const domain::Price change = bar.close - before;
    const auto directed = [this](bool isUp) {
        return isStale() ? m_theme.mutedText : isUp ? m_theme.up : m_theme.down;
    };
    const QColor color = directed(bar.close >= bar.open);
    parts.push_back({tr("O"), priceText(bar.open), color});
    parts.push_back({tr("H"), priceText(bar.high), color});
    parts.push_back({tr("L"), priceText(bar.low), color});
    parts.push_back({tr("C"), priceText(bar.close), color});
    parts.push_back({tr("Vol"), live::fixedText(bar.volume, m_quantityDecimals), color});
    QString changeText = live::signedText(change, m_priceDecimals);
    if (!before.isZero()) {
        changeText += u" (" + live::signedPercentText(change / before) + u')';
    }
    parts.push_back({{}, changeText, directed(!change.isNegative())});
    return parts;
}

QString ChartView::readout() const
{
    QStringList words;
    for (const ReadoutPart &part : readoutParts()) {
        words << (part.caption.isEmpty() ? part.value : part.caption + u' ' + part.value);
    }
    return words.join(u' ');
}

QString ChartView::stateSentence() const
{
    if (!m_series) {
        return tr("No symbol is chosen.");
    }
    const QString symbol = QString::fromStdString(m_series->symbol());
    switch (m_series->state()) {
    case CandleSeries::State::Loading:
        return m_series->isEmpty() ? tr("Loading candles of %1 …").arg(symbol) : QString{};
    case CandleSeries::State::Live:
        return m_series->isEmpty() ? tr("%1 has not traded yet.").arg(symbol) : QString{};
    case CandleSeries::State::Stale:
        return m_series->stateText();
    case CandleSeries::State::Failed:
        return tr("The candles of %1 could not be loaded. %2").arg(symbol, m_series->stateText());
    }
    return {};
}

void ChartView::refreshOverlay()
{
    ChartMarks marks{m_frame->panes(), m_frame->map(), m_theme, font()};
    marks.addReadout(readoutParts());
    const bool isEmpty = m_columns.isEmpty() || !m_series || m_series->isEmpty();
    if (!isEmpty) {
        for (PriceLine line : m_lines) {
            if (m_drag == Drag::Line && line.id == m_draggedLine) {
                line.price = m_draggedPrice;
            }
            if (line.id == m_chosenLine) {
                line.label.prepend(u"\u25b6 ");
            }
            marks.addPriceLine(line, priceText(line.price));
        }
        const live::ExactBar last = m_series->exactAt(m_series->size() - 1);
        const QColor direction = isStale()                 ? m_theme.lastPrice
                                 : last.close >= last.open ? m_theme.up
                                                           : m_theme.down;
        marks.addLastPrice(last.close.approximate(), priceText(last.close), countdown(),
            blended(direction, QColor{0, 0, 0}, 0.25)); // white text must stand out on it
        if (m_fullVolume > 0) {
            marks.addVolumeScale(
                tr("Volume"), live::fixedText(domain::Quantity::fromApproximate(m_fullVolume), 0));
        }
    }
    if (const QString sentence = stateSentence(); !sentence.isEmpty()) {
        isEmpty ? marks.addSentence(sentence) : marks.addBanner(sentence);
    }
    if (m_crosshair && !isEmpty && m_drag != Drag::Line) {
        const auto number = static_cast<std::int64_t>(std::floor(m_frame->map().number(m_crosshair->x())));
        const double middle = m_frame->map().x(static_cast<double>(number) + 0.5);
        const bool isOverPrices = pricePane().contains(*m_crosshair);
        marks.addCrosshair(static_cast<int>(std::floor(middle)), m_crosshair->y(),
            timeText(openTimeOfNumber(*m_series, number)),
            isOverPrices ? priceText(priceAt(m_crosshair->y())) : QString{});
    }
    if (m_showsFocus) {
        marks.addFocusFrame(rect());
    }
    m_overlay->setMarks(marks.take());
}

void ChartView::updateAccessibleName()
{
    if (!m_series) {
        setAccessibleName(tr("Chart, no symbol is chosen"));
        return;
    }
    QString name = tr("Chart of %1 %2")
                       .arg(QString::fromStdString(m_series->symbol()),
                           live::toQString(domain::toString(m_series->interval())));
    if (!m_series->isEmpty() && !m_columns.isEmpty()) {
        const auto &columns = m_columns.columns();
        const auto from = std::max(columns.front().number, m_series->firstNumber());
        const auto to = std::min(columns.back().number + columns.back().bars, m_series->endNumber()) - 1;
        name +=
            tr(", last price %1, visible %2 to %3 %4")
                .arg(priceText(m_series->exactAt(m_series->size() - 1).close),
                    timeText(openTimeOfNumber(*m_series, from)), timeText(openTimeOfNumber(*m_series, to)),
                    m_zone == QTimeZone::utc() ? QStringLiteral("UTC")
                                               : m_zone.abbreviation(QDateTime::currentDateTimeUtc()));
    }
    if (const QString sentence = stateSentence(); !sentence.isEmpty()) {
        name += u". " + sentence;
    }
    if (const PriceLine *line = chosenLine()) {
        name += tr(". Line %1 at %2 is chosen; Up and Down move it").arg(line->label, priceText(line->price));
    }
    if (name != accessibleName()) {
        setAccessibleName(name);
    }
}

// ---- Where things are

QRect ChartView::pricePane() const
{
    return m_frame->panes().price;
}

QRect ChartView::volumePane() const
{
    return m_frame->panes().volume;
}

QRect ChartView::priceAxis() const
{
    return m_frame->panes().priceAxis;
}

QRect ChartView::timeAxis() const
{
    return m_frame->panes().timeAxis;
}

double ChartView::yOf(domain::Price price) const
{
    return m_frame->map().y(price.approximate());
}

domain::Price ChartView::priceAt(double y) const
{
    return domain::Price::fromApproximate(m_frame->map().price(y)).roundedTo(m_tickSize);
}

double ChartView::xOf(int index) const
{
    const auto first = m_series ? m_series->firstNumber() : 0;
    return m_frame->map().x(static_cast<double>(first + index) + 0.5);
}

int ChartView::indexAt(double x) const
{
    const auto first = m_series ? m_series->firstNumber() : 0;
    return static_cast<int>(static_cast<std::int64_t>(std::floor(m_frame->map().number(x))) - first);
}

// ---- Moving about

void ChartView::showWindow()
{
    schedule(Dirty::All);
    if (m_series && !m_series->isEmpty() && m_window.isNearOldest()) {
        emit olderHistoryWanted();
    }
}

bool ChartView::followsLiveEdge() const
{
    return m_window.isFollowing();
}

void ChartView::zoom(double factor)
{
    const bool atEdge = m_window.isFollowing() && m_series;
    m_window.zoomAt(
        atEdge ? static_cast<double>(m_series->endNumber()) : (m_window.from() + m_window.to()) / 2, factor);
    showWindow();
}

void ChartView::panBy(double bars)
{
    m_window.panBy(bars);
    showWindow();
}

void ChartView::setVisibleBars(double count)
{
    m_wantedBars = count;
    m_window.setSpan(count);
    showWindow();
}

void ChartView::goToLive()
{
    m_window.goToLive();
    showWindow();
}

void ChartView::goToOldest()
{
    m_window.goToOldest();
    showWindow();
}

void ChartView::showAll()
{
    m_window.showAll();
    showWindow();
}

void ChartView::setAutoScale(bool automatic)
{
    m_scale.setAutomatic(automatic);
    schedule(Dirty::All);
}

void ChartView::resizeEvent(QResizeEvent *event)
{
    const int before = pricePane().width();
    layOut();
    if (!m_mustPlaceWindow && before > leastUsefulWidth) {
        // The bars keep their width.
        m_window.setSpan(m_window.span() * pricePane().width() / before);
    }
    rebuild();
    QWidget::resizeEvent(event);
}

void ChartView::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    applyNow();
    updateAccessibleName();
}

void ChartView::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::FontChange) {
        layOut();
        schedule(Dirty::All);
    }
    QWidget::changeEvent(event);
}

} // namespace ui
