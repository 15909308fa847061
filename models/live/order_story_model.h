#pragma once

#include "models/live/table_model.h"
#include "models/live/time_display.h"
#include "models/ports/trading.h"

#include <QByteArray>

#include <string>
#include <vector>

namespace live
{

/// The life of one order, oldest first; grows while it lives.
class OrderStoryModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { TimeColumn, SinceColumn, KindColumn, TextColumn };

    OrderStoryModel(ports::Trading &trading, TimeDisplay &times, QObject *parent = nullptr);

    /// Tells that order's life from now on; an empty id tells nothing.
    void follow(const std::string &clientOrderId);
    const std::string &clientOrderId() const { return m_id; }
    const std::vector<domain::OrderMoment> &moments() const { return m_rows; }
    int rowCount(const QModelIndex &parent = {}) const override;

    QByteArray toCsv() const;  ///< one moment a line, times in UTC
    QByteArray toJson() const; ///< one object with the moments as a list, times in UTC
    QString toText() const;    ///< for people, as the table shows it

signals:
    void followed();
    void told(); ///< an answer is in the rows, be it that there are none
    void failed(const QString &reason);

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    void ask();
    void take(const std::vector<domain::OrderMoment> &moments);

    ports::Trading &m_trading;
    TimeDisplay &m_times;
    std::string m_id;
    int m_question = 0; ///< answers to earlier ones come too late
    std::vector<domain::OrderMoment> m_rows;
};

/// "+12 ms", "+1.204 s", "+3 min 20 s".
QString sinceText(domain::Milliseconds since);

} // namespace live
