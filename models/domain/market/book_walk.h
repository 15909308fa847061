#pragma once

#include "models/domain/market.h"
#include "models/domain/order.h"

#include <optional>
#include <span>
#include <vector>

namespace domain
{

/// What an order at market would get from one side of a book.
struct BookFill
{
    Quantity filled;  ///< what the book shows for it
    Quantity missing; ///< what it does not show; valued at worst, which is the best that can be hoped for
    Price best;       ///< of the first level
    Price worst;      ///< of the last level touched
    Price average;    ///< over filled and missing, in exact decimals rounded half to even
    int levels = 0;   ///< touched
    bool isThin() const { return missing.isPositive(); }
    /// What the walk costs against the best price, per unit; never negative.
    Price slippage() const { return (average - best).abs(); }
};

/// Walks one side of a book, best level first, for a quantity above 0. Nothing where the side is empty or
/// the quantity is not above 0. Levels without a price or quantity are left out.
std::optional<BookFill> walkBook(std::span<const BookLevel> levels, Quantity quantity);

/// One side of a book that is asked many times: sums up the levels once, then answers in the time of a
/// binary search. Answers what walkBook() answers.
class BookSide
{
public:
    BookSide() = default;
    /// levels: best first. Only as many are read as hold upTo.
    BookSide(std::span<const BookLevel> levels, Quantity upTo);
    std::optional<BookFill> fill(Quantity quantity) const;
    bool isEmpty() const { return m_steps.empty(); }

private:
    struct Step
    {
        Price price;
        Quantity before;  ///< held by the better levels
        Quantity through; ///< held by them and this one
        Money cost;       ///< of the better levels
    };
    std::vector<Step> m_steps;
};

/// What a taker of that side finds up to a price, levels at that very price included. Nothing where no level
/// lies beyond it: then there may be more than the book shows.
std::optional<Quantity> quantityUpTo(std::span<const BookLevel> levels, Side side, Price price);

/// The side of a book that a taker of that side meets: asks for a buy.
inline const std::vector<BookLevel> &levelsFor(const BookView &book, Side side)
{
    return side == Side::Buy ? book.asks : book.bids;
}

} // namespace domain
