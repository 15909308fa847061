#pragma once

#include "exchange/paper/core/rest.h"
#include "exchange/paper/core/stream_name.h"
#include "models/domain/time.h"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What goes wrong at the exchange, decided by seeded rules. Plain values: the socket server and the
/// simulation in virtual time both ask here and do what they are told:
///
///   for (const Happening &happening : faults.due(now)) carryOut(happening, exchange, faultyStreams, now);
///   RestFate fate = faults.before(now, request);              // the request has arrived
///   … fate.holdBack later:
///   exchange.addForeignLoad(fate.foreignWeight, fate.foreignOrders, now);
///   Response response = fate.isProcessed ? exchange.handle(now, request) : Response{};
///   RestAnswer answer = faults.after(now, request, fate, response);   // … answer.delay later it ends
///   for (StreamOutput &output : faultyStreams.pass(now, exchange.streams().takeOutput())) …
///
/// with now = true time + faults.clockAhead() where the exchange's clock is meant.
namespace paper
{

/// REST kinds up to Banned decide what becomes of a request; at most one strikes each. Those up to
/// StaleSnapshot bend it further and add up. Stream kinds strike single messages. The rest happens to the
/// exchange by itself.
enum class FaultKind : std::uint8_t {
    // ---- REST: one per request
    DropBefore,         ///< not processed, connection cut
    DropAfter,          ///< processed, connection cut without an answer
    UnknownExecuted,    ///< processed, 503 "Unknown error, please check …"
    UnknownNotExecuted, ///< the same answer, not processed
    Unavailable,        ///< not processed, 503 "Service Unavailable."
    Overloaded,         ///< not processed, 503 -1008; strikes placing calls only, not those that reduce
    ErrorExecuted,      ///< processed, answered with code (-1000, -1006, -1007 …)
    ErrorNotExecuted,   ///< not processed, answered with code (-1001, -1021, -2015, -4116, -2011 …)
    Truncated,          ///< processed, connection cut at a random byte of the answer
    BrokenJson,         ///< processed, 200 with a body that ends in the middle
    Html,               ///< not processed, a page with status (200, 403, 502)
    HtmlExecuted,       ///< processed, a page with status
    Redirect,           ///< not processed, 302 to text
    TooManyRequests,    ///< not processed, 429 with code -1003 or -1015, for delay (Retry-After); 0: once, no
                        ///< header
    Banned,             ///< not processed, 418 for delay
    // ---- REST: as many as strike
    Delay,          ///< answered so much later
    DelayBefore,    ///< processed so much later
    BlindQuery,     ///< strikes placing calls: reads do not know the order for so long (-2013, lists)
    UnknownEnum,    ///< one enum of the answer or message has a value of tomorrow
    UnknownField,   ///< the answer or message has a field of tomorrow
    NoUsageHeaders, ///< the usage headers are missing
    NegativeUsage,  ///< x-mbx-used-weight-1m: -1
    WrongUsage,     ///< x-mbx-used-weight-1m: weight, whatever was used
    ForeignLoad,    ///< another client used weight and orders of the same limits
    SlowBytes,     ///< the answer or message comes in pieces of size (16) bytes, each delay (50 ms) after the
                   ///< last
    StaleSnapshot, ///< GET depth answers with what it answered so much earlier, the oldest known
    // ---- streams: each message
    DropEvent,       ///< never sent
    DuplicateEvent,  ///< sent twice, the second time so much later
    ReorderEvent,    ///< sent after the next one of its connection
    DelayEvent,      ///< sent so much later; others overtake it
    DepthGap,        ///< a depthUpdate is never sent
    CrossedBook,     ///< a depthUpdate sells at the price of its first bid
    StopStream,      ///< messages of its stream (or type) on its connection stay out for so long, 0: for good
    GoSilent,        ///< its connection stays open, but neither data nor pongs come any more
    CutConnection,   ///< its connection is cut after it
    UnknownEvent,    ///< followed by an event of a type of tomorrow
    GarbageText,     ///< followed by text that is no JSON
    HugeFrame,       ///< followed by a frame of size bytes
    BinaryFrame,     ///< comes as a binary message
    GzipFrame,       ///< comes as a binary message that is a gzip of its text
    DeflatedFrame,   ///< comes compressed as by permessage-deflate, which was not agreed on
    FragmentedFrame, ///< comes in fragments of size (16) bytes
    HalfClose,  ///< the exchange's side of the connection ends after it without a farewell; it still reads
    CloseFrame, ///< the connection is closed after it with code (1001) and text
    // … and control frames:
    LatePing, ///< the exchange's ping comes so much later, 0: never
    LatePong, ///< the answer to a client's ping comes so much later, 0: never
    // ---- happenings: by time (every) or after a request that matches
    CutStreams,        ///< every connection of the route (all: no route) is cut
    RefuseConnections, ///< nobody can connect any more for so long, neither to REST nor to a socket
    LoseListenKey,     ///< listenKeyExpired is sent weight times (at least once), the key is dead
    Liquidation,       ///< a position is closed by an autoclose- order
    AutoDeleverage,    ///< a position is closed by adl_autoclose
    ForeignOrder,      ///< "the website" places a resting order
    ForeignFill,       ///< "the website" trades at market
    ForeignCancel,     ///< "the website" cancels an order; text "any": also one of the client's
    ForeignLeverage,   ///< "the website" changes the leverage of a symbol
    ForeignMarginType, ///< … the margin type of a symbol without a position
    ForeignMode,       ///< … the position mode, where nothing is open
    ForeignTransfer,   ///< … moves text (100 unless said) USDT in, or out where it is negative
    FireCountdown,     ///< the dead man's timer of a symbol fires although it was renewed
    Settlement,        ///< the contract is delisted: all is closed at mark, nothing trades any more
    HaltSymbol,        ///< the symbol does not trade for so long
    ChangeFilters,     ///< the symbol's least quantity, step and least notional are ten times as large for so
                       ///< long
    ChangeLimits,      ///< weight and order limits are a weight-th (a half unless said) for so long
    CancelOnly,        ///< the symbol takes cancels only for so long
    StuckTrigger,      ///< conditional orders that trigger stay TRIGGERING for so long
    RefusedTrigger,    ///< the next conditional order that triggers is refused (-2019)
    ClockStep,         ///< the exchange's clock steps by delay (which may be negative)
};
inline constexpr std::size_t faultKinds = static_cast<std::size_t>(FaultKind::ClockStep) + 1;

/// "dropBefore" and the like.
std::string_view toWire(FaultKind kind);
std::optional<FaultKind> faultKindOf(std::string_view text);
bool isRestFault(FaultKind kind);   ///< strikes requests
bool isStreamFault(FaultKind kind); ///< strikes messages (UnknownEnum and UnknownField are both)
bool isHappening(FaultKind kind);
bool hasEnd(FaultKind kind); ///< a happening that lasts, and whose end is a happening as well

/// Which requests a rule looks at.
enum class FaultCalls : std::uint8_t {
    Any,
    Signed,  ///< all with a signature, and the listen key's
    Trading, ///< those that place, amend or cancel orders and conditional orders
    Placing, ///< POST order, batchOrders, algoOrder
    Reading, ///< signed GETs
};

/// One rule. What is empty or unset in the matching part matches everything.
struct FaultRule
{
    FaultKind kind = FaultKind::DropAfter;

    // when it strikes
    double probability = 1;        ///< of each match, 0 to 1
    int everyNth = 0;              ///< above 0: each n-th match, instead of probability
    domain::Milliseconds every{0}; ///< happenings only: by time, on average so often; matches nothing then
    int count = 0;                 ///< strikes so often at most; 0: without end
    int skip = 0;                  ///< so many matches pass first

    // what it matches
    FaultCalls calls = FaultCalls::Any;
    std::string method;         ///< "POST"
    std::string path;           ///< prefix of the path
    std::string symbol;         ///< upper case; for happenings by time: where
    std::string clientOrderId;  ///< prefix of the client order id or client algo id
    std::optional<Route> route; ///< streams; WsApi: answers of the WebSocket API, which no other rule means
    std::string event;          ///< streams: "e" of the message, "ORDER_TRADE_UPDATE"; WsApi: the method
    std::string stream;         ///< streams: name, "btcusdt@depth"; only where connections are combined

    // how
    domain::Milliseconds delay{0};
    domain::Milliseconds delayUpTo{0}; ///< above delay: evenly between both
    int status = 0;                    ///< HTTP; 0: the kind's own
    int code = 0;                      ///< the venue's, or of CloseFrame; 0: the kind's own
    std::string text;                  ///< message, page, address or name of a field; empty: the kind's own
    int weight = 0;                    ///< ForeignLoad, WrongUsage; LoseListenKey: how often it is said
    int orders = 0;                    ///< ForeignLoad
    int size = 0;                      ///< bytes: HugeFrame (8 MiB), FragmentedFrame (16), SlowBytes (16)
};

/// How fast bytes go out: so many, a pause, so many more. All at once where size is 0.
struct Pace
{
    std::size_t size = 0;
    domain::Milliseconds pause{0};
};

/// How a message is put into frames of its WebSocket.
enum class FrameForm : std::uint8_t { Text, Binary, Gzip, Deflated, Fragmented, Ping, Pong };

/// What becomes of one request. The caller waits holdBack, books the foreign load with
/// PaperExchange::addForeignLoad, calls PaperExchange::handle if isProcessed, then after().
struct RestFate
{
    domain::Milliseconds holdBack{0}; ///< before it is processed (or before it is dropped)
    bool isProcessed = true;
    int foreignWeight = 0;
    int foreignOrders = 0;
    // For after():
    bool isCut = false;
    bool isTruncated = false;
    bool isBroken = false;
    bool hasUsage = true;
    std::optional<int> usage; ///< said in place of the true one
    bool isEnumBent = false;
    bool hasNewField = false;
    std::optional<Response> answer; ///< in place of the exchange's own
    domain::Milliseconds answerDelay{0};
    domain::Milliseconds blindFor{0};            ///< of a placing call
    std::string field;                           ///< UnknownEnum: this one
    std::optional<domain::Milliseconds> staleBy; ///< StaleSnapshot
    Pace pace;
    std::uint64_t draw = 0;
    std::vector<FaultKind> kinds; ///< that struck; empty: nothing goes wrong

    bool isClean() const { return kinds.empty(); }
};

/// How a request ends on the wire.
struct RestAnswer
{
    domain::Milliseconds delay{0}; ///< from now until it is sent or cut
    bool isCut = false;            ///< the connection is cut instead of an answer
    bool isReset = false;          ///< … by a reset; else it ends in order
    /// Set: the connection is cut after so many bytes of httpText(response), fewer than it has.
    std::optional<std::size_t> cutAt;
    Pace pace;
    Response response;
};

/// The answer as it goes over the wire, status line and headers first.
std::string httpText(const Response &response);
/// One enum value of a JSON text is one of tomorrow; field names it, else draw picks. Unchanged where there
/// is none.
std::string withUnknownEnum(std::string text, const std::string &field, std::uint64_t draw);
/// The first object of a JSON text has one more field.
std::string withUnknownField(std::string text);

/// A depthUpdate whose asks begin at the price of its first bid. Unchanged where there is none.
std::string withCrossedBook(std::string text);

/// What a rule may know of a stream message.
struct StreamMessage
{
    std::uint64_t to = 0; ///< connection
    Route route = Route::Unrouted;
    /// "e"; "ping" or "pong" of a control frame; the method that an answer of the WebSocket API is to; empty
    /// for an answer to a control message, which nothing strikes.
    std::string_view type;
    std::string_view symbol;        ///< upper case, empty where there is none
    std::string_view stream;        ///< name or listen key, combined connections only
    std::string_view clientOrderId; ///< of an order's event or answer
};
/// Reads the above off a message as the exchange writes it; views into text.
StreamMessage messageOf(std::uint64_t to, Route route, std::string_view text);
/// The same off an answer of the WebSocket API to a method; views into both.
StreamMessage answerOf(std::uint64_t to, std::string_view method, std::string_view text);

/// What becomes of one message. FaultyStreams does it.
struct StreamFates
{
    bool isDropped = false;
    bool isDoubled = false;
    domain::Milliseconds doubledAfter{0};
    bool isCrossed = false;
    bool goesAfterNext = false;
    domain::Milliseconds delay{0};
    bool isEnumBent = false;
    bool hasNewField = false;
    std::string field; ///< UnknownEnum: this one
    std::vector<std::string> followedBy;
    bool stopsStream = false;
    domain::Milliseconds stopFor{0}; ///< 0: for good
    bool goesSilent = false;
    bool isCut = false;
    FrameForm form = FrameForm::Text;
    std::size_t fragment = 0; ///< Fragmented: bytes of each
    Pace pace;
    bool isHalfClosed = false;
    int closesWith = 0; ///< code
    std::string reason; ///< of the closing
    std::uint64_t draw = 0;
};

/// Something that happens at the exchange by itself. carryOut() of happenings.h does it.
struct Happening
{
    FaultKind kind = FaultKind::CutStreams;
    std::string symbol;         ///< empty: the doer picks one that serves
    std::optional<Route> route; ///< CutStreams
    domain::Milliseconds length{0};
    std::string text;
    int times = 1;          ///< LoseListenKey
    bool isEnd = false;     ///< of those that last: it is over
    std::uint64_t draw = 0; ///< what the doer's choices hang on
};

/// Seeded rules and what they decided so far. Same seed, same rules and same calls give the same decisions;
/// each rule draws for itself, so a rule that is added or removed changes nothing for the others.
class Faults
{
public:
    explicit Faults(std::uint64_t seed = 1) : m_seed{seed} {}

    /// The rule's number, from 1 upwards, never given twice.
    int add(FaultRule rule);
    bool remove(int number); ///< false where there is none
    /// All rules and what is pending of them. What lasts (a halt, a stuck trigger) ends with the next due();
    /// the clock is right again.
    void clear();
    void setEnabled(bool enabled) { m_isEnabled = enabled; }
    bool isEnabled() const { return m_isEnabled; }

    struct Entry
    {
        int number = 0;
        FaultRule rule;
        std::int64_t matched = 0;
        std::int64_t struck = 0;
        domain::Timestamp nextAt; ///< rules by time
    };
    const std::vector<Entry> &rules() const { return m_rules; } ///< in the order of add
    /// Goes on with rules of an earlier run as they stood, in place of those that are.
    void resume(std::vector<Entry> rules);
    /// Strikes by kind, rules that are gone included.
    const std::map<FaultKind, std::int64_t> &counts() const { return m_counts; }

    RestFate before(domain::Timestamp now, const Request &request);
    /// response: the exchange's, where the fate said isProcessed.
    RestAnswer after(domain::Timestamp now, const Request &request, const RestFate &fate, Response response);

    bool strikesStreams() const { return m_isEnabled && m_strikesStreams; } ///< false: no need to ask
    StreamFates onMessage(domain::Timestamp now, const StreamMessage &message);

    /// Lets something happen at that moment.
    void later(domain::Timestamp at, Happening happening);
    struct Pending
    {
        domain::Timestamp at;
        Happening happening;
    };
    /// The ends of what lasts now, soonest first.
    std::vector<Pending> ends(domain::Timestamp now) const;
    /// What happens up to now, oldest first. ClockStep is done already, it comes for information.
    std::vector<Happening> due(domain::Timestamp now);
    /// Add this to the time that is told to the exchange.
    domain::Milliseconds clockAhead() const { return m_clockAhead; }
    void setClockAhead(domain::Milliseconds ahead) { m_clockAhead = ahead; }

private:
    struct Blind
    {
        domain::Timestamp until;
        std::int64_t orderId = 0; ///< 0 where the answer told none
    };
    struct Limited
    {
        FaultKind kind = FaultKind::TooManyRequests;
        domain::Timestamp until;
        Response answer;
        bool isForPlacing = false; ///< the order limit: only placing calls are refused
    };
    bool strikes(Entry &entry, double earlier, bool isTaken) const;
    std::uint64_t drawOf(const Entry &entry, std::uint64_t salt) const;
    domain::Milliseconds lengthOf(const Entry &entry) const;
    void count(Entry &entry);
    void decide(RestFate &fate, const Entry &entry, domain::Timestamp now);
    void bend(RestFate &fate, const Entry &entry);
    void bend(StreamFates &fates, const Entry &entry) const;
    Pace paceOf(const Entry &entry) const;
    void schedule(const Entry &entry, domain::Timestamp at, const std::string &symbol);
    bool isBlind(domain::Timestamp now, const Request &request) const;
    void makeStale(domain::Timestamp now, const Request &request, const RestFate &fate, Response &response);

    std::uint64_t m_seed;
    bool m_isEnabled = true;
    bool m_strikesStreams = false;
    int m_lastNumber = 0;
    std::vector<Entry> m_rules;
    std::map<FaultKind, std::int64_t> m_counts;
    std::map<std::string, Blind> m_blind; ///< by client id
    std::vector<Pending> m_pending;       ///< by time
    std::optional<Limited> m_limited;
    /// Latest answers of GET depth by query, oldest first; kept while a rule asks for stale ones.
    std::map<std::string, std::deque<std::pair<domain::Timestamp, std::string>>> m_snapshots;
    domain::Milliseconds m_clockAhead{0};
};

/// The rules of the two functions below.
std::vector<FaultRule> standardRules(domain::Milliseconds deadline = std::chrono::seconds{10});
std::vector<FaultRule> stormRules(domain::Milliseconds deadline = std::chrono::seconds{10});
/// The standard mix of the reliability plan, section 7: every rate as it stands there. REST rates are per
/// signed request (so per order as well), event rates per private message.
/// deadline: answers that come too late come later than this.
Faults standardFaults(std::uint64_t seed, domain::Milliseconds deadline = std::chrono::seconds{10});
/// The same with every rate ten times as high.
Faults stormFaults(std::uint64_t seed, domain::Milliseconds deadline = std::chrono::seconds{10});

} // namespace paper
