#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/symbol.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QLabel;

namespace ui
{

class DecimalEdit;
class Field;
class TargetRows;

/// The stop and the targets that protect an entry: a trigger price, and up to five prices with the share of
/// the filled quantity each takes. Says in words what will happen.
class BracketFields final : public QWidget
{
    Q_OBJECT
public:
    explicit BracketFields(QWidget *parent = nullptr);

    bool isOn() const;
    void setOn(bool on);
    void setSpec(const domain::SymbolSpec &spec);
    void fill(domain::Price stop, const std::vector<domain::BracketPlan::Target> &targets);
    void setStop(domain::Price stop);
    /// The plan as typed; only of use where problem() is empty.
    domain::BracketPlan plan(const domain::NewOrder &entry) const;
    /// What is wrong with it for that entry at that price, in a sentence; empty where it can be sent.
    QString problem(const domain::NewOrder &entry, domain::Price entryPrice) const;
    /// Writes problem() and the sentence of what happens below the fields.
    void show(const domain::NewOrder &entry, domain::Price entryPrice);

signals:
    void changed();

private:
    void update();
    domain::Price stop() const;

    QCheckBox *m_on;
    QWidget *m_body;
    DecimalEdit *m_stop;
    Field *m_stopField;
    TargetRows *m_targets;
    QLabel *m_message;
    QLabel *m_sentence;
    domain::SymbolSpec m_spec;
};

} // namespace ui
