#pragma once

#include "ui/panels/panel_tools.h"

#include <QString>
#include <QWidget>

class QLabel;
class QPushButton;

namespace ui
{

class DataTable;
class Readout;

/// The ways back to SAFE, cheapest first. A click or Return on one prepares its orders and asks; nothing is
/// sent before the answer.
class WaysBackList final : public QWidget
{
    Q_OBJECT
public:
    enum class Place : std::uint8_t {
        Dashboard, ///< seen only while the account is HIGH or CRITICAL
        Desk,      ///< always there, and ways from MEDIUM on
    };
    /// id: begins the names of its parts ("risk.ways").
    WaysBackList(const PanelTools &tools, const QString &id, Place place, QWidget *parent = nullptr);

private:
    void show();
    void fitHeight();
    void prepare(int row);
    void showChosen();
    int chosenRow() const; ///< the cheapest without a choice; -1 where there is none

    PanelTools m_tools;
    QString m_id;
    Place m_place;
    QLabel *m_headline;
    DataTable *m_table;
    QPushButton *m_prepare;
    Readout *m_cost;
    Readout *m_after;
    QString m_chosenKey; ///< of the row that was chosen; rows come and go
};

} // namespace ui
