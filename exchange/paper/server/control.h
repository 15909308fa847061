#pragma once

#include "exchange/paper/core/happenings.h"
#include "exchange/paper/core/leftovers.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace paper
{

/// The interface by which tests and rehearsals make trouble while the exchange runs: paths below /control/,
/// with the account's key in X-MBX-APIKEY so that no web page can reach it. Bodies and answers are JSON.
///
///   GET    /control/faults            rules, what they matched and struck, counts by kind
///   POST   /control/faults            a rule file: adds its rules; a profile replaces all rules first
///   DELETE /control/faults[?rule=n]   all rules, or one
///   POST   /control/enabled           {"enabled": false}
///   POST   /control/happen            {"kind": "liquidation", "symbol": …}: at once; fields of a rule,
///                                     "weight" is how often, and "end": true ends a halt or stuck trigger
///   POST   /control/order             an order of the account "on the website": fields of WebsiteOrder
///   POST   /control/scenario          {"scenario": "crash:BTCUSDT:90"}: another kind of day; see scenario.h
///   POST   /control/mark              {"symbol": …, "price": …}; without a price mark is computed again
///   POST   /control/brackets          {"symbol": …, "brackets": [{"initialLeverage": 50, "notionalCap":
///   "10000",
///                                     "maintMarginRatio": "0.01"}, …]} in ascending order; without
///                                     brackets the symbol's own table comes back
///   POST   /control/restrict          {"symbol": …, "side": "NONE", "BOTH", "BUY" or "SELL"}: position risk
///   control;
///                                     {"symbol": …, "triggerDown": "0.9", "triggerUp": "1.1"}: trigger
///                                     prices as multiples of mark; {"code": -4400}: the account's orders are
///                                     refused so, see Engine::setRestriction; {"code": 0} lifts that
///   POST   /control/transfer          {"asset": "BNB", "amount": "2"}: moves it into the account, or out
///   POST   /control/remember          what the account has now
///   GET    /control/leftovers         what was opened since and still stands: positions, orders
///   DELETE /control/leftovers         closes and cancels what was told of last
///   GET    /control/standing          exposure, unguarded and working of the account: see standing.h
///   GET    /control/wire              how often each client order id came in with a placing call
///   GET    /control/breaches          what is wrong with the exchange's books: a list of sentences
class Control
{
public:
    struct Parts
    {
        PaperExchange &exchange;
        Faults &faults;
        FaultyStreams &streams;
        std::uint64_t seed = 1;   ///< of profiles
        bool keepsFaults = false; ///< the rules of trouble are taken over, too; if not, they wait in save()
    };
    Control(Parts parts, std::string apiKey) : m_parts{parts}, m_apiKey{std::move(apiKey)} {}

    static bool isMeant(const Request &request) { return request.path.starts_with("/control/"); }
    Response handle(Timestamp now, const Request &request);
    /// The same for the program itself, which needs no key.
    Response answer(Timestamp now, const Request &request);
    /// Counts a request that came over the wire.
    void count(const Request &request);

    /// What lasts and is not part of the accounts: symbols that are halted, take cancels only, are delisted
    /// or have other filters, smaller limits, each with its end; rules of trouble, their counts, the clock.
    std::string save(Timestamp now) const;
    /// Takes it over from an earlier run. Malformed where the text is damaged.
    domain::Result<void> resume(std::string_view text);
    /// Makes an exchange that knows nothing of it what it was: after resume(), before the market opens.
    void beginAgain(Timestamp now);

private:
    Response addRules(const Request &request);
    Response happen(Timestamp now, const Request &request);
    void noteLasting(const Happening &happening);
    Response setMark(Timestamp now, const Request &request);
    Response setBrackets(Timestamp now, const Request &request);
    Response restrict(const Request &request);
    Response transfer(Timestamp now, const Request &request);
    Response setScenario(Timestamp now, const Request &request);
    Response placeOrder(Timestamp now, const Request &request);
    Response tellLeftovers();
    Response takeLeftovers(Timestamp now);

    Parts m_parts;
    std::string m_apiKey;
    std::map<std::string, int> m_onTheWire; ///< by client order id
    std::uint64_t m_happened = 0;
    std::vector<Happening> m_endless; ///< lasts until it is told to end, oldest first
    std::string m_waitingFaults;      ///< as an earlier run saved them, where keepsFaults is not set
    std::optional<AccountMark> m_remembered;
    Leftovers m_told; ///< of the latest GET
};

} // namespace paper
