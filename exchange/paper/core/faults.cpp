#include "exchange/paper/core/faults.h"

#include "exchange/paper/core/fault_texts.h"
#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/web_frames.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::Milliseconds;
using domain::Timestamp;
using namespace std::chrono_literals;

constexpr int standardHugeFrame = 8 * 1024 * 1024;
constexpr int standardPiece = 16; ///< bytes of a fragment, or of what comes slowly
constexpr Milliseconds standardPause{50};
constexpr Milliseconds happensWithin{2'000}; ///< of the request that brought it about

/// What a draw of one match is for.
enum Salt : std::uint64_t { Strike, Length, Fate, When, Period };

bool decidesRequest(FaultKind kind)
{
    return kind <= FaultKind::Banned;
}

bool isByTime(const FaultRule &rule)
{
    return rule.every.count() > 0;
}

/// Of control frames, and of nothing else.
bool isOfControlFrames(FaultKind kind)
{
    return kind == FaultKind::LatePing || kind == FaultKind::LatePong;
}

bool strikesFrame(FaultKind kind, std::string_view type)
{
    if (type == "ping" || type == "pong") {
        return kind == (type == "ping" ? FaultKind::LatePing : FaultKind::LatePong);
    }
    const bool isOfDepth = kind == FaultKind::DepthGap || kind == FaultKind::CrossedBook;
    return !isOfControlFrames(kind) && (!isOfDepth || type == "depthUpdate");
}

std::size_t pieceOf(const FaultRule &rule)
{
    return static_cast<std::size_t>(rule.size > 0 ? rule.size : standardPiece);
}

/// UnknownEnum, UnknownField and SlowBytes strike both sides unless the rule speaks of one of them.
bool isForStreams(const FaultRule &rule)
{
    const bool speaksOfRequests = rule.calls != FaultCalls::Any || !rule.method.empty() || !rule.path.empty();
    return isStreamFault(rule.kind) && !isByTime(rule) && !(isRestFault(rule.kind) && speaksOfRequests);
}

bool isForRequests(const FaultRule &rule)
{
    const bool speaksOfStreams = rule.route || !rule.event.empty() || !rule.stream.empty();
    return isRestFault(rule.kind) && !(isStreamFault(rule.kind) && speaksOfStreams);
}

bool isExecuted(FaultKind kind)
{
    switch (kind) {
    case FaultKind::DropAfter:
    case FaultKind::UnknownExecuted:
    case FaultKind::ErrorExecuted:
    case FaultKind::Truncated:
    case FaultKind::BrokenJson:
    case FaultKind::HtmlExecuted:
        return true;
    default:
        return false;
    }
}

void setHeader(Response &response, const std::string &name, const std::string &value)
{
    for (auto &[known, text] : response.headers) {
        if (known == name) {
            text = value;
            return;
        }
    }
    response.headers.emplace_back(name, value);
}

} // namespace

int Faults::add(FaultRule rule)
{
    m_strikesStreams = m_strikesStreams || isForStreams(rule);
    m_rules.push_back({++m_lastNumber, std::move(rule), 0, 0, {}});
    return m_lastNumber;
}

bool Faults::remove(int number)
{
    const bool found = std::erase_if(m_rules, [&](const Entry &entry) { return entry.number == number; }) > 0;
    m_strikesStreams =
        std::ranges::any_of(m_rules, [](const Entry &entry) { return isForStreams(entry.rule); });
    return found;
}

void Faults::resume(std::vector<Entry> rules)
{
    m_rules = std::move(rules);
    m_strikesStreams = false;
    for (const Entry &entry : m_rules) {
        m_strikesStreams = m_strikesStreams || isForStreams(entry.rule);
        m_lastNumber = std::max(m_lastNumber, entry.number);
    }
}

void Faults::clear()
{
    m_rules.clear();
    m_strikesStreams = false;
    m_blind.clear();
    m_limited.reset();
    m_clockAhead = 0ms;
    std::erase_if(m_pending, [](const Pending &pending) { return !pending.happening.isEnd; });
    for (Pending &pending : m_pending) {
        pending.at = Timestamp{};
    }
}

std::uint64_t Faults::drawOf(const Entry &entry, std::uint64_t salt) const
{
    return hashOf(m_seed, static_cast<std::uint64_t>(entry.number) * 8 + salt,
        static_cast<std::uint64_t>(entry.matched));
}

/// earlier: probability that a rule before this one has decided the same request, so that each rule's own
/// rate comes out exactly. A rule by number whose turn is taken strikes at the next match instead.
bool Faults::strikes(Entry &entry, double earlier, bool isTaken) const
{
    const FaultRule &rule = entry.rule;
    const std::int64_t match = ++entry.matched - rule.skip;
    if (isTaken || match <= 0 || (rule.count > 0 && entry.struck >= rule.count)) {
        return false;
    }
    if (rule.everyNth > 0) {
        return match / rule.everyNth > entry.struck;
    }
    const double probability = earlier < 1 ? rule.probability / (1 - earlier) : 0;
    return unitOf(drawOf(entry, Strike)) < probability;
}

void Faults::count(Entry &entry)
{
    ++entry.struck;
    ++m_counts[entry.rule.kind];
}

Milliseconds Faults::lengthOf(const Entry &entry) const
{
    const auto [from, to] = std::pair{entry.rule.delay, entry.rule.delayUpTo};
    if (to <= from) {
        return from;
    }
    const auto span = static_cast<std::uint64_t>((to - from).count()) + 1;
    return from + Milliseconds{static_cast<std::int64_t>(drawOf(entry, Length) % span)};
}

Pace Faults::paceOf(const Entry &entry) const
{
    const Milliseconds pause = lengthOf(entry);
    return {pieceOf(entry.rule), pause.count() > 0 ? pause : standardPause};
}

RestFate Faults::before(Timestamp now, const Request &request)
{
    RestFate fate;
    if (!m_isEnabled || (m_rules.empty() && m_blind.empty())) {
        return fate;
    }
    std::erase_if(m_blind, [&](const auto &entry) { return entry.second.until <= now; });
    bool isDecided = m_limited && now < m_limited->until && (!m_limited->isForPlacing || isPlacing(request));
    if (isDecided) {
        fate.isProcessed = false;
        fate.answer = m_limited->answer;
        fate.kinds.push_back(m_limited->kind); // goes on; it was counted when it began
    }
    double earlier = 0;
    for (Entry &entry : m_rules) {
        const FaultRule &rule = entry.rule;
        const bool happens = isHappening(rule.kind) && !isByTime(rule);
        if ((!happens && !isForRequests(rule)) || !covers(rule, request)) {
            continue;
        }
        const bool isOfPlacing = rule.kind == FaultKind::Overloaded || rule.kind == FaultKind::BlindQuery;
        if ((isOfPlacing && !isPlacing(request)) ||
            (rule.kind == FaultKind::Overloaded && reduces(request))) {
            continue;
        }
        const bool decides = decidesRequest(rule.kind);
        const bool hasStruck = strikes(entry, decides ? earlier : 0, decides && isDecided);
        if (decides && rule.everyNth == 0 && entry.matched > rule.skip &&
            (rule.count == 0 || hasStruck || entry.struck < rule.count)) {
            earlier += rule.probability;
        }
        if (!hasStruck) {
            continue;
        }
        count(entry);
        if (happens) {
            const Milliseconds after{static_cast<std::int64_t>(
                static_cast<double>(happensWithin.count()) * unitOf(drawOf(entry, When)))};
            schedule(entry, now + after, rule.symbol.empty() ? parameterOf(request, "symbol") : rule.symbol);
            continue;
        }
        fate.kinds.push_back(rule.kind);
        fate.draw = drawOf(entry, Fate);
        if (decides) {
            isDecided = true;
            decide(fate, entry, now);
        } else {
            bend(fate, entry);
        }
    }
    return fate;
}

void Faults::decide(RestFate &fate, const Entry &entry, Timestamp now)
{
    const FaultRule &rule = entry.rule;
    const Milliseconds length = lengthOf(entry);
    fate.isProcessed = isExecuted(rule.kind);
    switch (rule.kind) {
    case FaultKind::DropBefore:
    case FaultKind::DropAfter:
        fate.isCut = true;
        break;
    case FaultKind::Truncated:
        fate.isTruncated = true;
        break;
    case FaultKind::BrokenJson:
        fate.isBroken = true;
        break;
    default:
        fate.answer = answerOf(rule, length, now);
    }
    const bool lasts = rule.kind == FaultKind::TooManyRequests || rule.kind == FaultKind::Banned;
    if (lasts && length.count() > 0) {
        m_limited = Limited{rule.kind, now + length, *fate.answer, rule.code == -1015};
    }
}

void Faults::bend(RestFate &fate, const Entry &entry)
{
    const FaultRule &rule = entry.rule;
    switch (rule.kind) {
    case FaultKind::Delay:
        fate.answerDelay += lengthOf(entry);
        break;
    case FaultKind::DelayBefore:
        fate.holdBack += lengthOf(entry);
        break;
    case FaultKind::BlindQuery:
        fate.blindFor = std::max(fate.blindFor, lengthOf(entry));
        break;
    case FaultKind::UnknownEnum:
        fate.isEnumBent = true;
        fate.field = rule.text;
        break;
    case FaultKind::UnknownField:
        fate.hasNewField = true;
        break;
    case FaultKind::NoUsageHeaders:
        fate.hasUsage = false;
        break;
    case FaultKind::NegativeUsage:
        fate.usage = -1;
        break;
    case FaultKind::WrongUsage:
        fate.usage = rule.weight;
        break;
    case FaultKind::SlowBytes:
        fate.pace = paceOf(entry);
        break;
    case FaultKind::StaleSnapshot:
        fate.staleBy = lengthOf(entry);
        break;
    default: // ForeignLoad
        fate.foreignWeight += rule.weight;
        fate.foreignOrders += rule.orders;
    }
}

RestAnswer Faults::after(Timestamp now, const Request &request, const RestFate &fate, Response response)
{
    RestAnswer answer;
    if (fate.isProcessed && fate.blindFor.count() > 0) {
        for (const std::string &id : clientIdsOf(request)) {
            m_blind[id] = {now + fate.blindFor,
                request.path == "/fapi/v1/batchOrders" ? 0 : numberIn(response.body, "orderId")};
        }
    }
    if (m_isEnabled && !m_blind.empty() && request.method == "GET" && response.status == 200) {
        if (response.body.starts_with('[')) {
            std::vector<std::string> hidden;
            for (const auto &[id, blind] : m_blind) {
                if (blind.until > now) {
                    hidden.push_back("Id\":\"" + id + '"'); // clientOrderId, clientAlgoId
                    if (blind.orderId != 0) {
                        hidden.push_back("\"orderId\":" + std::to_string(blind.orderId) + ',');
                    }
                }
            }
            if (!hidden.empty()) {
                response.body = withoutRows(response.body, hidden);
            }
        } else if (isBlind(now, request)) {
            response.status = 400;
            response.body = errorBody(-2013, "Order does not exist.");
        }
    }
    makeStale(now, request, fate, response);
    answer.delay = fate.answerDelay;
    answer.pace = fate.pace;
    answer.isCut = fate.isCut;
    answer.isReset = fate.draw % 2 == 1;
    if (fate.answer) {
        const auto usage = std::move(response.headers);
        response = *fate.answer;
        for (const auto &[name, value] : usage) {
            if (name.starts_with("x-mbx-")) {
                setHeader(response, name, value);
            }
        }
    }
    if (!fate.hasUsage) {
        std::erase_if(
            response.headers, [](const auto &header) { return header.first.starts_with("x-mbx-"); });
    } else if (fate.usage) {
        setHeader(response, "x-mbx-used-weight-1m", std::to_string(*fate.usage));
    }
    if (fate.isEnumBent) {
        response.body = withUnknownEnum(std::move(response.body), fate.field, fate.draw);
    }
    if (fate.hasNewField) {
        response.body = withUnknownField(std::move(response.body));
    }
    if (fate.isBroken) {
        response.body.resize(response.body.size() > 1 ? 1 + fate.draw % (response.body.size() - 1) : 0);
    }
    if (fate.isTruncated) {
        answer.cutAt = fate.draw % httpText(response).size();
    }
    answer.response = std::move(response);
    return answer;
}

void Faults::makeStale(Timestamp now, const Request &request, const RestFate &fate, Response &response)
{
    constexpr std::size_t keptSnapshots = 50;
    const bool isWanted = m_isEnabled && std::ranges::any_of(m_rules, [](const Entry &entry) {
        return entry.rule.kind == FaultKind::StaleSnapshot;
    });
    if (!isWanted) {
        m_snapshots.clear();
        return;
    }
    if (request.path != "/fapi/v1/depth" || response.status != 200) {
        return;
    }
    auto &earlier = m_snapshots[request.query];
    const std::string fresh = response.body;
    if (fate.staleBy && !earlier.empty()) {
        auto stale = earlier.begin();
        while (std::next(stale) != earlier.end() && std::next(stale)->first + *fate.staleBy <= now) {
            ++stale;
        }
        response.body = stale->second;
    }
    earlier.emplace_back(now, fresh);
    if (earlier.size() > keptSnapshots) {
        earlier.pop_front();
    }
}

bool Faults::isBlind(Timestamp now, const Request &request) const
{
    if (request.path != "/fapi/v1/order" && request.path != "/fapi/v1/openOrder" &&
        request.path != "/fapi/v1/algoOrder") {
        return false;
    }
    const auto ids = clientIdsOf(request);
    const std::string orderId = parameterOf(request, "orderId");
    return std::ranges::any_of(m_blind, [&](const auto &entry) {
        const auto &[id, blind] = entry;
        return blind.until > now && (std::ranges::find(ids, id) != ids.end() ||
                                        (!orderId.empty() && orderId == std::to_string(blind.orderId)));
    });
}

StreamFates Faults::onMessage(Timestamp /*now*/, const StreamMessage &message)
{
    StreamFates fates;
    if (!strikesStreams() || message.type.empty()) {
        return fates;
    }
    for (Entry &entry : m_rules) {
        const FaultRule &rule = entry.rule;
        if (isForStreams(rule) && covers(rule, message) && strikesFrame(rule.kind, message.type) &&
            strikes(entry, 0, false)) {
            count(entry);
            bend(fates, entry);
        }
    }
    return fates;
}

void Faults::bend(StreamFates &fates, const Entry &entry) const
{
    const FaultRule &rule = entry.rule;
    fates.draw = drawOf(entry, Fate);
    switch (rule.kind) {
    case FaultKind::DropEvent:
    case FaultKind::DepthGap:
        fates.isDropped = true;
        break;
    case FaultKind::DuplicateEvent:
        fates.isDoubled = true;
        fates.doubledAfter = lengthOf(entry);
        break;
    case FaultKind::CrossedBook:
        fates.isCrossed = true;
        break;
    case FaultKind::ReorderEvent:
        fates.goesAfterNext = true;
        break;
    case FaultKind::DelayEvent:
        fates.delay += lengthOf(entry);
        break;
    case FaultKind::StopStream:
        fates.stopsStream = true;
        fates.stopFor = lengthOf(entry);
        break;
    case FaultKind::GoSilent:
        fates.goesSilent = true;
        break;
    case FaultKind::CutConnection:
        fates.isCut = true;
        break;
    case FaultKind::UnknownEnum:
        fates.isEnumBent = true;
        fates.field = rule.text;
        break;
    case FaultKind::UnknownField:
        fates.hasNewField = true;
        break;
    case FaultKind::UnknownEvent:
        fates.followedBy.push_back(
            rule.text.empty() ? R"({"e":"UNHEARD_OF","E":1,"T":1,"u":{"s":"BTCUSDT"}})" : rule.text);
        break;
    case FaultKind::GarbageText:
        fates.followedBy.push_back(rule.text.empty() ? "\x7f{]not json" : rule.text);
        break;
    case FaultKind::BinaryFrame:
        fates.form = FrameForm::Binary;
        break;
    case FaultKind::GzipFrame:
        fates.form = FrameForm::Gzip;
        break;
    case FaultKind::DeflatedFrame:
        fates.form = FrameForm::Deflated;
        break;
    case FaultKind::FragmentedFrame:
        fates.form = FrameForm::Fragmented;
        fates.fragment = pieceOf(rule);
        break;
    case FaultKind::SlowBytes:
        fates.pace = paceOf(entry);
        break;
    case FaultKind::HalfClose:
        fates.isHalfClosed = true;
        break;
    case FaultKind::CloseFrame:
        fates.closesWith = rule.code > 0 ? rule.code : GoingAway;
        fates.reason = rule.text;
        break;
    case FaultKind::LatePing:
    case FaultKind::LatePong:
        fates.delay = lengthOf(entry);
        fates.isDropped = fates.delay.count() == 0;
        break;
    default: // HugeFrame
        fates.followedBy.emplace_back(
            static_cast<std::size_t>(rule.size > 0 ? rule.size : standardHugeFrame), ' ');
    }
}

void Faults::schedule(const Entry &entry, Timestamp at, const std::string &symbol)
{
    const FaultRule &rule = entry.rule;
    Happening happening{rule.kind, symbol, rule.route, lengthOf(entry), rule.text, std::max(rule.weight, 1),
        false, drawOf(entry, Fate)};
    later(at, happening);
    if (hasEnd(rule.kind)) {
        happening.isEnd = true;
        later(at + happening.length, std::move(happening));
    }
}

void Faults::later(Timestamp at, Happening happening)
{
    const auto place = std::ranges::upper_bound(m_pending, at, {}, &Pending::at);
    m_pending.insert(place, {at, std::move(happening)});
}

std::vector<Faults::Pending> Faults::ends(Timestamp now) const
{
    std::vector<Pending> ends;
    std::ranges::copy_if(m_pending, std::back_inserter(ends),
        [&](const Pending &pending) { return pending.happening.isEnd && pending.at > now; });
    return ends;
}

std::vector<Happening> Faults::due(Timestamp now)
{
    if (m_isEnabled) {
        for (Entry &entry : m_rules) {
            const FaultRule &rule = entry.rule;
            if (!isByTime(rule) || (!isHappening(rule.kind) && rule.kind != FaultKind::GoSilent)) {
                continue;
            }
            const auto next = [&](Timestamp from) {
                return from + Milliseconds{static_cast<std::int64_t>(static_cast<double>(rule.every.count()) *
                                                                     (0.5 + unitOf(drawOf(entry, Period))))};
            };
            if (entry.nextAt == Timestamp{}) {
                entry.nextAt = next(now);
            } else if (entry.nextAt <= now && (rule.count == 0 || entry.struck < rule.count)) {
                ++entry.matched;
                count(entry);
                schedule(entry, entry.nextAt, rule.symbol);
                entry.nextAt = next(now); // after a long sleep once, not as often as it was missed
            }
        }
    }
    std::vector<Happening> happenings;
    while (!m_pending.empty() && m_pending.front().at <= now) {
        Happening happening = std::move(m_pending.front().happening);
        m_pending.erase(m_pending.begin());
        if (!m_isEnabled && !happening.isEnd) {
            continue;
        }
        if (happening.kind == FaultKind::ClockStep) {
            m_clockAhead += happening.length;
        }
        happenings.push_back(std::move(happening));
    }
    return happenings;
}

} // namespace paper
