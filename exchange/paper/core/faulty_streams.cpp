#include "exchange/paper/core/faulty_streams.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::Timestamp;

constexpr std::chrono::seconds longestSwap{1}; ///< where no next message comes

std::string labelOf(const StreamMessage &message)
{
    return message.stream.empty() ? std::string{message.type} + ' ' + std::string{message.symbol}
                                  : std::string{message.stream};
}

} // namespace

std::vector<StreamOutput> FaultyStreams::pass(Timestamp now, std::vector<StreamOutput> fresh, Of whose)
{
    const bool isQuiet = m_delayed.empty() && m_swapped.empty() && m_silent.empty() && m_stopped.empty();
    if (isQuiet && !m_faults.strikesStreams()) {
        return fresh;
    }
    std::vector<StreamOutput> out;
    out.reserve(fresh.size() + m_delayed.size());
    const auto isDue = [&](const Held &held) {
        return held.at <= now && (held.output.route == Route::WsApi) == (whose == Of::WsApi);
    };
    for (Held &held : m_delayed) {
        if (isDue(held)) {
            out.push_back(std::move(held.output));
            held.output.to = 0;
        }
    }
    std::erase_if(m_delayed, [](const Held &held) { return held.output.to == 0; });
    for (auto swapped = m_swapped.begin(); swapped != m_swapped.end();) {
        if (!isDue(swapped->second)) {
            ++swapped;
            continue;
        }
        out.push_back(std::move(swapped->second.output));
        swapped = m_swapped.erase(swapped);
    }
    for (StreamOutput &output : fresh) {
        passOne(now, std::move(output), out);
    }
    std::erase_if(out, [this](const StreamOutput &output) { return m_silent.contains(output.to); });
    return out;
}

void FaultyStreams::control(Timestamp now, StreamOutput frame)
{
    StreamMessage message;
    message.to = frame.to;
    message.route = frame.route;
    message.type = frame.form == FrameForm::Ping ? "ping" : "pong";
    const StreamFates fates = m_faults.onMessage(now, message);
    if (!fates.isDropped) {
        m_delayed.push_back({now + fates.delay, std::move(frame)});
    }
}

bool FaultyStreams::isStopped(Timestamp now, const StreamMessage &message) const
{
    const auto stopped = m_stopped.find({message.to, labelOf(message)});
    return stopped != m_stopped.end() && now < stopped->second;
}

void FaultyStreams::passOne(Timestamp now, StreamOutput output, std::vector<StreamOutput> &out)
{
    if (m_silent.contains(output.to)) {
        return;
    }
    const ConnectionId to = output.to;
    const Route route = output.route;
    const StreamMessage message =
        route == Route::WsApi ? answerOf(to, output.method, output.text) : messageOf(to, route, output.text);
    if (!m_stopped.empty() && isStopped(now, message)) {
        return;
    }
    StreamFates fates = m_faults.onMessage(now, message);
    if (fates.stopsStream) {
        m_stopped[{to, labelOf(message)}] =
            fates.stopFor.count() == 0 ? Timestamp::max() : now + fates.stopFor;
        return;
    }
    if (fates.isEnumBent) {
        output.text = withUnknownEnum(std::move(output.text), fates.field, fates.draw);
    }
    if (fates.isCrossed) {
        output.text = withCrossedBook(std::move(output.text));
    }
    if (fates.hasNewField) {
        output.text = withUnknownField(std::move(output.text));
    }
    output.form = fates.form;
    output.fragment = fates.fragment;
    if (fates.pace.size > 0) {
        output.pace = fates.pace;
    }
    auto before = m_swapped.extract(to);
    if (fates.isDropped) {
        // Not a word of it.
    } else if (fates.delay.count() > 0) {
        m_delayed.push_back({now + fates.delay, output});
    } else if (fates.goesAfterNext && before.empty() && !output.close) {
        m_swapped.emplace(to, Held{now + longestSwap, output});
    } else {
        out.push_back(output);
    }
    if (!before.empty()) {
        out.push_back(std::move(before.mapped().output));
    }
    if (fates.isDoubled && !fates.isDropped && fates.doubledAfter.count() > 0) {
        m_delayed.push_back({now + fates.doubledAfter, std::move(output)});
    } else if (fates.isDoubled && !fates.isDropped) {
        out.push_back(std::move(output));
    }
    follow({to, {}, false, route}, fates, out);
    if (fates.goesSilent) {
        m_silent.insert(to); // pass() takes the message itself back as well
    }
}

/// What comes after the message on the same connection. after: an empty output to it.
void FaultyStreams::follow(
    const StreamOutput &after, const StreamFates &fates, std::vector<StreamOutput> &out)
{
    for (const std::string &text : fates.followedBy) {
        out.push_back(after);
        out.back().text = text;
    }
    const auto closing = [&]() -> StreamOutput & {
        out.push_back(after);
        out.back().close = true;
        return out.back();
    };
    if (fates.isCut) {
        closing().isAbrupt = true;
    } else if (fates.isHalfClosed) {
        closing().isHalf = true;
    } else if (fates.closesWith != 0) {
        StreamOutput &end = closing();
        end.closeCode = fates.closesWith;
        end.closeReason = fates.reason;
    }
}

void FaultyStreams::cut(ConnectionId id, Route route)
{
    StreamOutput end{id, {}, true, route};
    end.isAbrupt = true;
    m_delayed.push_back({Timestamp{}, std::move(end)});
}

void FaultyStreams::close(ConnectionId id)
{
    m_silent.erase(id);
    m_swapped.erase(id);
    std::erase_if(m_delayed, [&](const Held &held) { return held.output.to == id; });
    std::erase_if(m_stopped, [&](const auto &stopped) { return stopped.first.first == id; });
}

void FaultyStreams::release()
{
    m_stopped.clear();
    for (Held &held : m_delayed) {
        held.at = Timestamp{};
    }
    for (auto &[id, held] : m_swapped) {
        held.at = Timestamp{};
    }
}

} // namespace paper
