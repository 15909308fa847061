#include "models/domain/market/book_walk.h"

#include <algorithm>

namespace domain
{

BookSide::BookSide(std::span<const BookLevel> levels, Quantity upTo)
{
    Quantity held;
    Money cost;
    for (const auto &level : levels) {
        if (!level.price.isPositive() || !level.quantity.isPositive()) {
            continue;
        }
        m_steps.push_back({level.price, held, held + level.quantity, cost});
        if (held + level.quantity >= upTo) {
            break;
        }
        held += level.quantity;
        cost += level.price * level.quantity;
    }
}

std::optional<BookFill> BookSide::fill(Quantity quantity) const
{
    if (m_steps.empty() || !quantity.isPositive()) {
        return std::nullopt;
    }
    auto step = std::ranges::lower_bound(m_steps, quantity, {}, &Step::through);
    BookFill fill;
    fill.best = m_steps.front().price;
    fill.filled = quantity;
    if (step == m_steps.end()) {
        --step;
        fill.filled = step->through;
        fill.missing = quantity - step->through;
    }
    fill.worst = step->price;
    fill.levels = static_cast<int>(step - m_steps.begin()) + 1;
    fill.average = step == m_steps.begin()
                       ? step->price
                       : (step->cost + step->price * (quantity - step->before)) / quantity;
    return fill;
}

std::optional<BookFill> walkBook(std::span<const BookLevel> levels, Quantity quantity)
{
    return BookSide{levels, quantity}.fill(quantity);
}

std::optional<Quantity> quantityUpTo(std::span<const BookLevel> levels, Side side, Price price)
{
    Quantity held;
    for (const auto &level : levels) {
        if (!level.price.isPositive() || !level.quantity.isPositive()) {
            continue;
        }
        if (side == Side::Buy ? level.price > price : level.price < price) {
            return held;
        }
        held += level.quantity;
    }
    return std::nullopt;
}

} // namespace domain
