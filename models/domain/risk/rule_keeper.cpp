#include "models/domain/risk/rule_keeper.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

constexpr const char *rulesNote = "rules";
constexpr const char *dayNote = "rules day";
/// Open results and executions come by different events; after this they surely fit each other again …
constexpr Milliseconds settleTime = 2s;
/// … and after this they very likely do, which is enough where nothing fitted for so long.
constexpr Milliseconds shortSettleTime = 300ms;
constexpr Milliseconds longUnsettled = 10s;
/// A stop is on its way for a moment after its entry filled; only what lasts is acted on.
constexpr Milliseconds openRiskPatience = 15s;
constexpr std::string_view quoteAsset = "USDT";
constexpr std::array<std::string_view, 5> resultTypes{
    "REALIZED_PNL", "COMMISSION", "FUNDING_FEE", "INSURANCE_CLEAR", "COMMISSION_REBATE"};

char letterOf(const IncomeRow &row)
{
    if (row.tradeId == 0) {
        return 'I';
    }
    return row.type == "REALIZED_PNL" ? 'R' : row.type == "COMMISSION" ? 'C' : 'I';
}

bool isLocking(RuleKind kind)
{
    return kind == RuleKind::DailyLoss || kind == RuleKind::LosingStreak || kind == RuleKind::CoolDown;
}

// ---- texts of the notes

template <class Measure> std::string textOf(const std::optional<Exact<Measure>> &value)
{
    return value ? value->toString() : std::string{"-"};
}

template <class Measure> bool read(std::istream &from, Exact<Measure> &value)
{
    std::string word;
    from >> word;
    const auto parsed = Exact<Measure>::parse(word);
    value = parsed.value_or(value);
    return parsed.has_value();
}

template <class Measure> bool read(std::istream &from, std::optional<Exact<Measure>> &value)
{
    std::string word;
    from >> word;
    if (word == "-") {
        value.reset();
        return true;
    }
    const auto parsed = Exact<Measure>::parse(word);
    if (parsed) {
        value = *parsed;
    }
    return parsed.has_value();
}

bool read(std::istream &from, Timestamp &at)
{
    std::int64_t ms = 0;
    from >> ms;
    at = timestampFromMs(ms);
    return !from.fail();
}

template <class Enum> bool read(std::istream &from, Enum &value, int count)
{
    int number = -1;
    from >> number;
    if (number < 0 || number >= count) {
        return false;
    }
    value = static_cast<Enum>(number);
    return true;
}

void write(std::ostream &to, const RiskRules &rules)
{
    to << static_cast<int>(rules.measure) << ' ' << rules.pace.atOnce << ' ' << rules.pace.perMinute;
    for (const Rule &rule : rules.rules) {
        to << ' ' << textOf(rule.limit) << ' ' << static_cast<int>(rule.action) << ' ' << textOf(rule.share);
    }
}

/// version: 1 knew no shares of the balance.
bool read(std::istream &from, RiskRules &rules, int version)
{
    bool isGood = read(from, rules.measure, 3);
    from >> rules.pace.atOnce >> rules.pace.perMinute;
    for (Rule &rule : rules.rules) {
        isGood = isGood && read(from, rule.limit) && read(from, rule.action, 3) &&
                 (version == 1 || read(from, rule.share));
    }
    return isGood && !from.fail() && problemsOf(rules).empty();
}

} // namespace

// ---- settings

Result<bool> RuleKeeper::set(Timestamp now, const RiskRules &wanted)
{
    if (const auto problems = problemsOf(wanted); !problems.empty()) {
        return failure(ErrorCode::Rejected, problems.front());
    }
    turnDay(now);
    m_active = tighterOf(m_active, wanted);
    m_pending.reset();
    if (m_active != wanted) {
        m_pending = wanted;
        m_pendingFrom = m_day.endAt();
    }
    judge(now);
    return !m_pending.has_value();
}

// ---- the world

Money RuleKeeper::Moved::amount() const
{
    Money sum;
    for (const auto &[part, money] : ofList.size() >= ofFills.size() ? ofList : ofFills) {
        sum += money;
    }
    return sum;
}

void RuleKeeper::countFill(const Key &key, std::int64_t orderId, Money amount)
{
    if (amount.isZero()) {
        return;
    }
    Moved &known = m_moved[key];
    const Money before = known.amount();
    known.ofFills[orderId] = amount;
    m_day.realised += known.amount() - before;
}

void RuleKeeper::countFill(const Fill &fill, Money fee)
{
    countFill({'R', fill.symbol, fill.tradeId}, fill.orderId, fill.realizedPnl);
    countFill({'C', fill.symbol, fill.tradeId}, fill.orderId, -fee);
}

void RuleKeeper::countRow(const Key &key, std::int64_t transactionId, Money amount)
{
    if (amount.isZero()) {
        return;
    }
    Moved &known = m_moved[key];
    const Money before = known.amount();
    known.ofList[transactionId] = amount;
    m_day.realised += known.amount() - before;
}

void RuleKeeper::onFill(Timestamp now, const Fill &fill)
{
    turnDay(std::max(now, fill.at));
    onMotion(now);
    const bool isOfDay = dayOf(fill.at) == m_day.startAt;
    const bool isOurFee = fill.commissionAsset.empty() || fill.commissionAsset == quoteAsset;
    const Money fee = isOurFee ? fill.commission : Money{};
    if (isOfDay) {
        countFill(fill, fee);
        m_day.hasOtherFees = m_day.hasOtherFees || (!isOurFee && !fill.commission.isZero());
    }
    const Execution id{fill.symbol, fill.tradeId, fill.orderId};
    if (m_seenBefore.contains(id) || !m_seen.insert(id).second) {
        return judge(now);
    }
    const Quantity moved = fill.quantity * signOf(fill.side);
    const Money result = fill.realizedPnl - fee;
    LegTrade &leg = m_legs[{fill.symbol, fill.positionSide}];
    const Quantity before = leg.amount;
    const auto open = [&](Quantity amount) {
        leg = {amount, {}};
        m_day.trades += isOfDay ? 1 : 0;
    };
    if (before.isZero() && !fill.realizedPnl.isZero()) {
        closeTrade(result, fill.at); // of a position whose beginning is not known
    } else if (before.isZero()) {
        open(moved);
        leg.result = result;
    } else {
        leg.amount += moved;
        leg.result += result;
        if (leg.amount.sign() * before.sign() <= 0) {
            const Quantity after = leg.amount;
            closeTrade(leg.result, fill.at);
            if (!after.isZero()) {
                open(after);
            }
        }
    }
    if (leg.amount.isZero()) {
        m_legs.erase({fill.symbol, fill.positionSide});
    }
    judge(now);
}

void RuleKeeper::closeTrade(Money result, Timestamp at)
{
    const bool isOfDay = dayOf(at) == m_day.startAt;
    if (!result.isNegative()) {
        m_day.losses = isOfDay ? 0 : m_day.losses;
        return;
    }
    m_day.losses += isOfDay ? 1 : 0;
    m_day.lastLossAt = std::max(m_day.lastLossAt, at);
    std::erase_if(m_acted, [](const auto &acted) { return acted.first == RuleKind::CoolDown; });
}

void RuleKeeper::onIncome(Timestamp now, const std::vector<IncomeRow> &rows, bool isComplete)
{
    turnDay(now);
    for (const IncomeRow &row : rows) {
        if (dayOf(row.at) != m_day.startAt || std::ranges::find(resultTypes, row.type) == resultTypes.end()) {
            continue;
        }
        if (row.asset != quoteAsset) {
            m_day.hasOtherFees = true;
        } else {
            const bool isOfTrade = letterOf(row) != 'I';
            countRow({letterOf(row), row.symbol, isOfTrade ? row.tradeId : row.transactionId},
                row.transactionId, row.amount);
        }
    }
    if (isComplete) {
        m_day.realised -= std::exchange(m_carried, {});
        m_day.isComplete = true;
    }
    judge(now);
}

void RuleKeeper::onOpenResult(
    Timestamp now, Money unrealized, Money openRisk, const std::optional<Money> &balance)
{
    turnDay(now);
    const bool isImpatient = now - m_settledAt > longUnsettled;
    if (now - m_movedAt < (isImpatient ? shortSettleTime : settleTime)) {
        return;
    }
    m_settledAt = now;
    m_day.openNow = unrealized;
    if (!m_day.openedWith) {
        // First seen in this day: what it was before is not of today.
        m_day.openedWith = unrealized;
    }
    m_day.balanceNow = balance ? balance : m_day.balanceNow;
    m_day.balance = m_day.balance ? m_day.balance : m_day.balanceNow;
    m_day.settled = m_day.realised + unrealized - *m_day.openedWith;
    m_day.best = std::max(m_day.best, m_day.result());
    judge(now);
    judgeOpenRisk(now, openRisk);
}

void RuleKeeper::onPositions(const std::vector<std::pair<Leg, Quantity>> &held)
{
    std::map<Leg, LegTrade> legs;
    for (const auto &[leg, amount] : held) {
        const auto known = m_legs.find(leg);
        legs[leg] = {amount, known == m_legs.end() ? Money{} : known->second.result};
    }
    m_legs = std::move(legs);
}

void RuleKeeper::onAccountReset()
{
    const Timestamp startAt = m_day.startAt;
    m_day = {};
    m_day.startAt = startAt;
    m_moved.clear();
    m_carried = {};
    m_seen.clear();
    m_seenBefore.clear();
    m_legs.clear();
    m_openRiskSince.reset();
}

// ---- time

void RuleKeeper::turnDay(Timestamp now)
{
    const Timestamp today = dayOf(now);
    if (today > m_day.startAt) {
        RuleDay fresh;
        fresh.startAt = today;
        fresh.openedWith = fresh.openNow = m_day.openNow;
        fresh.balance = fresh.balanceNow = m_day.balanceNow;
        fresh.settled = m_day.settled ? std::optional{Money{}} : std::nullopt;
        fresh.lastLossAt = m_day.lastLossAt;
        fresh.isComplete = m_day.isComplete;
        m_day = fresh;
        m_moved.clear();
        m_carried = {};
        m_seenBefore = std::exchange(m_seen, {});
        m_acted.clear();
    }
    if (m_pending && m_pendingFrom <= now) {
        m_active = *std::exchange(m_pending, std::nullopt);
    }
    const auto before = strongest();
    std::erase_if(m_locks, [now](const auto &entry) { return entry.second.until <= now; });
    tellLock(before);
}

void RuleKeeper::onTime(Timestamp now)
{
    turnDay(now);
    judge(now);
}

std::optional<Timestamp> RuleKeeper::nextDueAt() const
{
    std::optional<Timestamp> next;
    const auto offer = [&next](Timestamp at) { next = next ? std::min(*next, at) : at; };
    for (const auto &[kind, lock] : m_locks) {
        offer(lock.until);
    }
    const bool hasRules = std::ranges::any_of(m_active.rules, &Rule::isOn);
    if ((hasRules || m_pending || !m_locks.empty()) && m_day.startAt != Timestamp{}) {
        offer(m_day.endAt());
    }
    return next;
}

// ---- what follows

std::optional<RuleLock> RuleKeeper::strongest() const
{
    const auto last =
        std::ranges::max_element(m_locks, {}, [](const auto &entry) { return entry.second.until; });
    return last == m_locks.end() ? std::nullopt : std::optional{last->second};
}

void RuleKeeper::tellLock(const std::optional<RuleLock> &before)
{
    const auto after = strongest();
    if (after == before) {
        return;
    }
    if (after) {
        m_events.emplace_back(Locked{*after});
    } else {
        m_events.emplace_back(Unlocked{});
    }
}

void RuleKeeper::lock(const RuleLock &lock)
{
    const auto before = strongest();
    const auto [known, isNew] = m_locks.try_emplace(lock.kind, lock);
    if (!isNew && known->second.until < lock.until) {
        known->second = lock;
    }
    tellLock(before);
}

void RuleKeeper::judge(Timestamp now)
{
    for (const RuleBreach &breach : dayBreaches(m_active, m_day, now)) {
        act(breach);
    }
}

void RuleKeeper::act(const RuleBreach &breach)
{
    if (breach.action != RuleAction::Warn && isLocking(breach.kind)) {
        Timestamp until = m_day.endAt();
        if (breach.kind == RuleKind::CoolDown) {
            until = m_day.lastLossAt + restOf(m_active);
        }
        lock({breach.kind, until, breach.text()});
    }
    if (breach.action == RuleAction::Refuse || !m_acted.emplace(breach.kind, breach.action).second) {
        return;
    }
    if (breach.action == RuleAction::Warn) {
        m_events.emplace_back(Warned{breach.text()});
    } else {
        m_events.emplace_back(MustFlatten{breach.text()});
    }
}

void RuleKeeper::judgeOpenRisk(Timestamp now, Money openRisk)
{
    const Rule &rule = m_active.of(RuleKind::OpenRisk);
    const auto limit = rule.limitAt(m_day.balance);
    if (!limit || limitFrom(openRisk) <= *limit) {
        m_openRiskSince.reset();
        std::erase_if(m_acted, [](const auto &acted) { return acted.first == RuleKind::OpenRisk; });
        return;
    }
    if (!m_openRiskSince) {
        m_openRiskSince = now;
    }
    if (now - *m_openRiskSince >= openRiskPatience) {
        RuleBreach breach = openRiskBreach(m_active, m_day, openRisk, true);
        breach.action = rule.action == RuleAction::Flatten ? rule.action : RuleAction::Warn;
        act(breach);
    }
}

bool RuleKeeper::isWatchingOrders() const
{
    return std::ranges::any_of(allRules, [this](RuleKind kind) {
        const Rule &rule = m_active.of(kind);
        return rule.isOn() && (!isLocking(kind) || rule.needs(m_day.balance));
    });
}

std::vector<RuleBreach> RuleKeeper::breachesOf(const Order &order, const RuleFacts &facts) const
{
    auto breaches = orderBreaches(m_active, m_day, order, facts);
    std::ranges::stable_sort(breaches, std::ranges::greater{}, &RuleBreach::action);
    return breaches;
}

RuleState RuleKeeper::state() const
{
    return {m_active, m_pending, m_pending ? m_pendingFrom : Timestamp{}, m_day, strongest()};
}

// ---- what is kept

std::string RuleKeeper::rulesText() const
{
    std::ostringstream text;
    text << "2 ";
    write(text, m_active);
    if (m_pending) {
        text << " pending " << toMs(m_pendingFrom) << ' ';
        write(text, *m_pending);
    }
    return text.str();
}

std::string RuleKeeper::dayText() const
{
    std::ostringstream text;
    text << "1 " << toMs(m_day.startAt) << ' ' << m_day.realised.toString() << ' ' << m_day.trades << ' '
         << m_day.losses << ' ' << toMs(m_day.lastLossAt) << ' ' << m_day.hasOtherFees << ' '
         << m_day.best.toString() << ' ' << textOf(m_day.openedWith) << ' ' << textOf(m_day.balance);
    for (const auto &[leg, trade] : m_legs) {
        text << "\nleg " << leg.first << ' ' << static_cast<int>(leg.second) << ' ' << trade.amount.toString()
             << ' ' << trade.result.toString();
    }
    for (const auto &[kind, action] : m_acted) {
        text << "\nacted " << static_cast<int>(kind) << ' ' << static_cast<int>(action);
    }
    for (const auto &[kind, lock] : m_locks) {
        text << "\nlock " << static_cast<int>(kind) << ' ' << toMs(lock.until) << ' ' << lock.text;
    }
    return text.str();
}

std::vector<std::pair<std::string, std::string>> RuleKeeper::takeNotes()
{
    std::vector<std::pair<std::string, std::string>> due;
    const auto offer = [&](const char *name, std::string text) {
        std::string &kept = m_kept[name];
        if (kept != text) {
            kept = text;
            due.emplace_back(name, std::move(text));
        }
    };
    const bool isSet = m_active != RiskRules{} || m_pending || m_kept.contains(rulesNote);
    if (isSet) {
        offer(rulesNote, rulesText());
        offer(dayNote, dayText());
    }
    return due;
}

bool RuleKeeper::readRules(const std::string &text)
{
    std::istringstream from{text};
    int version = 0;
    RiskRules active;
    from >> version;
    if (version < 1 || version > 2 || !read(from, active, version)) {
        return false;
    }
    m_active = active;
    std::string word;
    if (!(from >> word)) {
        return true;
    }
    RiskRules pending;
    Timestamp since;
    if (word != "pending" || !read(from, since) || !read(from, pending, version)) {
        return false;
    }
    m_pending = pending;
    m_pendingFrom = since;
    return true;
}

bool RuleKeeper::readDay(const std::string &text)
{
    std::istringstream lines{text};
    std::string line;
    std::getline(lines, line);
    std::istringstream head{line};
    int version = 0;
    RuleDay day;
    bool isGood = static_cast<bool>(head >> version) && version == 1 && read(head, day.startAt) &&
                  read(head, day.realised) && static_cast<bool>(head >> day.trades >> day.losses) &&
                  read(head, day.lastLossAt) && static_cast<bool>(head >> day.hasOtherFees) &&
                  read(head, day.best) && read(head, day.openedWith);
    if (isGood && !(head >> std::ws).eof()) { // older notes end here
        isGood = read(head, day.balance);
    }
    if (!isGood) {
        return false;
    }
    m_day = day;
    while (std::getline(lines, line)) {
        std::istringstream from{line};
        std::string word;
        from >> word;
        RuleKind kind{};
        if (word == "leg") {
            Leg leg;
            LegTrade trade;
            from >> leg.first;
            const bool isRead =
                read(from, leg.second, 3) && read(from, trade.amount) && read(from, trade.result);
            isGood = isGood && isRead;
            if (isRead) {
                m_legs[leg] = trade;
            }
        } else if (word == "acted") {
            RuleAction action{};
            const bool isRead = read(from, kind, ruleCount) && read(from, action, 3);
            isGood = isGood && isRead;
            if (isRead) {
                m_acted.emplace(kind, action);
            }
        } else if (word == "lock") {
            RuleLock lock;
            const bool isRead = read(from, lock.kind, ruleCount) && read(from, lock.until);
            std::getline(from >> std::ws, lock.text);
            isGood = isGood && isRead;
            if (isRead) {
                m_locks[lock.kind] = lock;
            }
        }
    }
    return isGood;
}

bool RuleKeeper::restore(
    Timestamp now, const std::map<std::string, std::string> &notes, const std::vector<Fill> &fills)
{
    bool isGood = true;
    if (const auto found = notes.find(rulesNote); found != notes.end()) {
        m_kept[rulesNote] = found->second;
        isGood = readRules(found->second);
    }
    if (const auto found = notes.find(dayNote); found != notes.end()) {
        m_kept[dayNote] = found->second;
        isGood = readDay(found->second) && isGood;
        const Money total = m_day.realised;
        m_day.realised = {};
        // The kept totals include the kept executions; what else they include, the exchange's list will say.
        for (const Fill &fill : fills) {
            if (dayOf(fill.at) == m_day.startAt) {
                const bool isOurFee = fill.commissionAsset.empty() || fill.commissionAsset == quoteAsset;
                countFill(fill, isOurFee ? fill.commission : Money{});
            }
            m_seen.emplace(fill.symbol, fill.tradeId, fill.orderId);
        }
        m_carried = total - m_day.realised;
        m_day.realised = total;
        tellLock(std::nullopt);
    } else {
        for (const Fill &fill : fills) {
            onFill(now, fill);
        }
    }
    turnDay(now);
    m_movedAt = now;
    judge(now);
    return isGood;
}

} // namespace domain
