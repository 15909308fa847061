#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/symbol.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace ui
{

class DecimalEdit;
class Field;

/// The stop and the targets that protect an entry: a trigger price, and up to five prices with the share of
/// the filled quantity each takes. Says in words what will happen.
class BracketFields final : public QWidget
{
    Q_OBJECT
public:
    static constexpr int mostTargets = 5;
    explicit BracketFields(QWidget *parent = nullptr);

    bool isOn() const;
    void setOn(bool on);
    void setSpec(const domain::SymbolSpec &spec);
    void fill(domain::Price stop, const std::vector<domain::BracketPlan::Target> &targets);
    /// The plan as typed; only of use where problem() is empty.
    domain::BracketPlan plan(const domain::NewOrder &entry) const;
    /// What is wrong with it for that entry at that price, in a sentence; empty where it can be sent.
    QString problem(const domain::NewOrder &entry, domain::Price entryPrice) const;
    /// Writes problem() and the sentence of what happens below the fields.
    void show(const domain::NewOrder &entry, domain::Price entryPrice);

signals:
    void changed();

private:
    struct Row
    {
        QWidget *whole = nullptr;
        DecimalEdit *price = nullptr;
        QSpinBox *share = nullptr;
    };
    void addRow();
    void setRows(int count);
    void update();
    domain::Price stop() const;

    QCheckBox *m_on;
    QWidget *m_body;
    DecimalEdit *m_stop;
    Field *m_stopField;
    QVBoxLayout *m_targets;
    std::vector<Row> m_rows;
    int m_shown = 0; ///< of the rows
    QPushButton *m_more;
    QPushButton *m_fewer;
    QLabel *m_message;
    QLabel *m_sentence;
    domain::SymbolSpec m_spec;
};

} // namespace ui
