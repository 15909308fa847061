#pragma once

#include "models/domain/result.h"
#include "models/domain/risk/plan.h"
#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QWidget>

#include <map>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;
class QVBoxLayout;

namespace ports
{
class Subscription;
}

namespace ui
{

class BracketFields;
class DecimalEdit;
class Field;
class IssueRow;
class PlanFigures;
class Readout;

/// Drafts and sends one order of the linked symbol, with its protection if wanted. Says what is wrong beside
/// the field before anything is sent; one press sends one order.
class TicketPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit TicketPanel(const PanelTools &tools, QWidget *parent = nullptr);
    ~TicketPanel() override;

    /// The order as it stands; what a press would send.
    domain::NewOrder draft() const;
    /// Everything that stands against sending it.
    domain::DraftIssues issues() const;

private:
    enum class Kind : std::uint8_t { Market, Limit, PostOnly, StopMarket, TakeProfitMarket };
    enum class Unit : std::uint8_t { Base, Quote };

    void buildFields(QVBoxLayout *layout);
    void buildSize(QVBoxLayout *layout);
    void buildFigures(QVBoxLayout *layout);
    void buildSending(QVBoxLayout *layout);
    void connectModels();
    void follow(const domain::Symbol &symbol);
    void applySpec();
    void applyConfig();
    void take(const TicketDraft &offered);
    static Kind kindOf(const domain::NewOrder &order);
    void takePrice(domain::Price price);
    void setShare(int percent);
    /// Moves the slider to the order's share of the largest size.
    void followShare(const domain::NewOrder &order, domain::Quantity most);
    void setSide(domain::Side side);
    void changeLeverage();
    void changeMarginType();
    /// Why the user's rules forbid setting that leverage; empty: they do not. Lowering is never forbidden.
    QString leverageRefusal(int wanted) const;

    Kind kind() const;
    domain::Side side() const;
    domain::Price valuationPrice() const; ///< 0 where none is known
    domain::Quantity typedQuantity() const;
    domain::Quantity largest() const;
    bool isHedged() const;

    void refresh();
    void refreshSoon();
    void say(const QString &sentence);
    void showIssues(const domain::DraftIssues &issues);
    void showFigures(const domain::NewOrder &order);
    void press();
    void send(const domain::NewOrder &order);
    void showOutcome(const domain::Result<domain::Order> &result);
    QString blockedReason() const;
    bool isBracket() const;
    /// The trade that the draft is, with its protection; nothing where it opens none.
    std::optional<domain::TradePlan> planOf(const domain::NewOrder &order) const;
    void showPlan(const domain::NewOrder &order);
    void mendPlan();
    void mend(const domain::DraftIssue &fault);

    PanelTools m_tools;
    std::unique_ptr<ports::Subscription> m_bestPrices; ///< the ticket needs them whoever else does
    QLabel *m_symbol;
    QLabel *m_prices;
    QPushButton *m_buy;
    QPushButton *m_sell;
    QComboBox *m_type;
    QSpinBox *m_leverage;
    QComboBox *m_marginType;
    DecimalEdit *m_price;
    DecimalEdit *m_trigger;
    DecimalEdit *m_size;
    QComboBox *m_unit;
    QSlider *m_share;
    QCheckBox *m_reduceOnly;
    Field *m_leverageField = nullptr;
    Field *m_priceField = nullptr;
    Field *m_triggerField = nullptr;
    Field *m_sizeField = nullptr;
    BracketFields *m_bracket;
    QLabel *m_general;
    QLabel *m_ruleNote; ///< what the advance check of the rules cannot know
    Readout *m_cost;
    Readout *m_max;
    Readout *m_value;
    Readout *m_liquidation;
    Readout *m_ratio;
    PlanFigures *m_plan;
    IssueRow *m_planIssue; ///< the worst that stands against stop and risk
    std::optional<domain::DraftIssue> m_planFault;
    std::map<const Field *, domain::DraftIssue> m_faults; ///< said at the fields
    QString m_leverageRefusal;                            ///< of the last try to set it
    QPushButton *m_send;
    QLabel *m_outcome;
    QTimer m_refreshing;
    QTimer m_ageing;
    bool m_isSending = false;
    std::optional<domain::NewOrder> m_lastSent;
    domain::Monotonic m_lastSentAt{};
};

} // namespace ui
