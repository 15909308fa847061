#include "exchange/paper/core/json.h"
#include "exchange/paper/core/state.h"

#include <algorithm>
#include <map>
#include <simdjson.h>
#include <vector>

namespace paper
{
namespace
{

namespace dom = simdjson::dom;
using domain::ErrorCode;
using domain::failure;

constexpr std::string_view histories[] = {
    "finishedOrders", "finishedConditionals", "trades", "incomes", "amendments", "marginChanges"};

/// Members by name, each as the JSON it is.
using Members = std::map<std::string, std::string, std::less<>>;

struct AccountText
{
    Members rest;
    std::map<std::string_view, std::vector<std::string>> rows; ///< by history
};

struct StateText
{
    Members head;
    std::map<std::string, AccountText> accounts; ///< by id
    std::map<std::string, std::string> listings; ///< by symbol, both as JSON
};

bool addAccount(const dom::object &from, StateText &state)
{
    dom::element id;
    if (from["id"].get(id) != simdjson::SUCCESS) {
        return false;
    }
    AccountText &account = state.accounts[simdjson::minify(id)];
    account.rest.clear();
    for (const auto &[key, value] : from) {
        const auto *const history = std::ranges::find(histories, key);
        dom::array rows;
        if (history == std::end(histories)) {
            account.rest[std::string{key}] = simdjson::minify(value);
        } else if (value.get(rows) != simdjson::SUCCESS) {
            return false;
        } else {
            std::vector<std::string> &kept = account.rows[*history];
            for (const dom::element row : rows) {
                kept.push_back(simdjson::minify(row));
            }
        }
    }
    return true;
}

/// Takes a whole state, or what changed, into the state.
bool add(std::string_view text, StateText &state)
{
    dom::parser parser;
    dom::object from;
    dom::array accounts;
    dom::array listings;
    const simdjson::padded_string padded{text};
    if (parser.parse(padded).get(from) != simdjson::SUCCESS ||
        from["accounts"].get(accounts) != simdjson::SUCCESS ||
        from["listings"].get(listings) != simdjson::SUCCESS) {
        return false;
    }
    for (const auto &[key, value] : from) {
        if (key != "accounts" && key != "listings") {
            state.head[std::string{key}] = simdjson::minify(value);
        }
    }
    for (const dom::element row : accounts) {
        dom::object account;
        if (row.get(account) != simdjson::SUCCESS || !addAccount(account, state)) {
            return false;
        }
    }
    for (const dom::element row : listings) {
        dom::element symbol;
        if (row["symbol"].get(symbol) != simdjson::SUCCESS) {
            return false;
        }
        state.listings[simdjson::minify(symbol)] = simdjson::minify(row);
    }
    return true;
}

std::string textOf(const StateText &state, std::size_t historyLimit)
{
    JsonWriter json;
    json.beginObject();
    for (const auto &[name, value] : state.head) {
        json.key(name).raw(value);
    }
    json.key("accounts").beginArray();
    for (const auto &[id, account] : state.accounts) {
        json.beginObject();
        for (const auto &[name, value] : account.rest) {
            json.key(name).raw(value);
        }
        for (const std::string_view history : histories) {
            json.key(history).beginArray();
            if (const auto rows = account.rows.find(history); rows != account.rows.end()) {
                const std::size_t surplus = rows->second.size() - std::min(rows->second.size(), historyLimit);
                for (std::size_t i = surplus; i < rows->second.size(); ++i) {
                    json.raw(rows->second[i]);
                }
            }
            json.endArray();
        }
        json.endObject();
    }
    json.endArray().key("listings").beginArray();
    for (const auto &[symbol, listing] : state.listings) {
        json.raw(listing);
    }
    return json.endArray().endObject().take();
}

} // namespace

Result<std::string> mergeStates(
    std::string_view state, const std::vector<std::string> &changes, std::size_t historyLimit)
{
    if (changes.empty()) {
        return std::string{state};
    }
    StateText merged;
    bool isSound = add(state, merged);
    for (const std::string &change : changes) {
        isSound = isSound && add(change, merged);
    }
    if (!isSound) {
        return failure(ErrorCode::Malformed, "The saved paper account is damaged: it is not JSON.");
    }
    return textOf(merged, historyLimit);
}

} // namespace paper
