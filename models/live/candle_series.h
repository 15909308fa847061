#pragma once

#include "models/domain/market.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace live
{

/// One bar, or several as one, in doubles: for pixels only.
struct Bar
{
    std::int64_t openMs = 0; ///< ms since 1970, UTC
    double open = 0;
    double high = 0;
    double low = 0;
    double close = 0;
    double volume = 0; ///< base asset
};

/// One bar as the venue wrote it: for readouts.
struct ExactBar
{
    domain::Timestamp openAt;
    domain::Price open;
    domain::Price high;
    domain::Price low;
    domain::Price close;
    domain::Quantity volume;
    bool isClosed = true;
    friend bool operator==(const ExactBar &, const ExactBar &) = default;
};

/// Bars of one symbol and interval, ascending by open time, made for charts of a million bars: 56 bytes a
/// bar, any stretch of bars summed up in O(log n), a live update in O(log n), an older page in O(page).
///
/// Bars have an index (0 is the oldest known) and a number. The number of a bar stays when older bars are put
/// before it, so that what looks at numbers need not move when history arrives.
class CandleSeries : public QObject
{
    Q_OBJECT
public:
    enum class State : std::uint8_t {
        Loading, ///< the first page is on its way
        Live,
        Stale,  ///< shown bars are older than the stream's rhythm; stateText() says since when
        Failed, ///< the first page did not come; stateText() says why
    };

    CandleSeries(domain::Symbol symbol, domain::Interval interval, QObject *parent = nullptr);

    const domain::Symbol &symbol() const { return m_symbol; }
    domain::Interval interval() const { return m_interval; }

    int size() const { return m_size; }
    bool isEmpty() const { return m_size == 0; }
    /// index: 0 to size() - 1.
    const Bar &at(int index) const { return m_slots[m_begin + static_cast<std::size_t>(index)]; }
    /// The bar to the last digit: read back from the shortest decimals of its doubles where that gives the
    /// very same values, else kept aside.
    ExactBar exactAt(int index) const;
    /// Bars first to end - 1 as one: first open, extremes, last close, sum of volume. 0 <= first < end <=
    /// size().
    Bar aggregate(int first, int end) const;
    /// Index of the last bar that opens at or before the moment; -1 if all open later.
    int indexAt(domain::Timestamp at) const;
    std::optional<domain::Timestamp> oldest() const;
    std::optional<domain::Timestamp> newest() const;

    /// Number of the oldest bar; goes down as history is put before it.
    std::int64_t firstNumber() const { return m_firstNumber; }
    /// One more than the number of the newest bar.
    std::int64_t endNumber() const { return m_firstNumber + m_size; }
    int indexOfNumber(std::int64_t number) const { return static_cast<int>(number - m_firstNumber); }

    /// Takes bars of any age in any order: new ones are put in their place by open time, known ones replaced.
    /// A bar that is still open never replaces a closed one nor one with more volume: it is older news.
    void merge(std::vector<domain::Candle> candles);
    void clear();

    State state() const { return m_state; }
    /// A sentence for Stale and Failed, else empty.
    const QString &stateText() const { return m_stateText; }
    void setState(State state, const QString &text = {});

signals:
    void lastBarChanged();        ///< the newest bar has new values
    void barsAppended(int count); ///< newer bars came; the one before them may have changed as well
    void historyPrepended(int count);
    void pastChanged(); ///< bars in the middle were put in or corrected
    void reset();       ///< everything may be different
    void stateChanged();

private:
    struct Extent
    {
        double low;
        double high;
        double volume;
    };
    using Candles = std::vector<domain::Candle>;

    static Bar toBar(const domain::Candle &candle);
    bool isOlderNews(const domain::Candle &candle, int index) const;
    bool readBackDiffers(int index, const domain::Candle &candle) const;
    void write(std::size_t slot, const domain::Candle &candle);
    void reserveFront(std::size_t count);
    void append(Candles::const_iterator from, Candles::const_iterator to);
    void prepend(Candles::const_iterator from, Candles::const_iterator to);
    void insertMissing(const Candles &missing);
    void refreshPyramid(std::size_t firstSlot, std::size_t endSlot);
    Extent extentOf(std::size_t slot) const;
    Extent nodeOver(std::size_t level, std::size_t node) const;

    domain::Symbol m_symbol;
    domain::Interval m_interval;
    std::vector<Bar> m_slots;                   ///< room for older bars, then the bars
    std::vector<std::vector<Extent>> m_pyramid; ///< [level][i] covers slots i·4^(level+1) and on
    std::size_t m_begin = 0;
    int m_size = 0;
    std::int64_t m_firstNumber = 0;
    std::map<domain::Timestamp, ExactBar>
        m_longBars; ///< those that their doubles do not give back; by open time
    bool m_lastIsClosed = false;
    State m_state = State::Loading;
    QString m_stateText;
};

} // namespace live
