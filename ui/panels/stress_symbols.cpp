#include "ui/panels/stress_symbols.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/identify.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ui
{

using Path = live::StressConditions::Path;
using domain::Rate;

namespace
{

const QString betasKey = QStringLiteral("stress/betas");
constexpr Rate smallestMove = Rate::of(-1); ///< a price falls by 100 % at most
constexpr Rate largestMove = Rate::of(10);
constexpr Rate largestBeta = Rate::of(20);
constexpr Rate hundredth = Rate::fromUnits(10'000'000'000);

QString idOf(const domain::Symbol &symbol)
{
    return QStringLiteral("stress.symbol.") + live::toQString(symbol);
}

void markProblem(QLineEdit &edit, bool isWrong)
{
    edit.setProperty("problem", QLatin1StringView{isWrong ? "block" : ""});
    restyle(&edit);
}

} // namespace

StressSymbols::StressSymbols(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_head{roleLabel({}, "caption")}
{
    setObjectName(QStringLiteral("stress.symbols"));
    m_head->setWordWrap(true);
    auto *scroll = identify(new QScrollArea, QStringLiteral("stress.symbols.scroll"), tr("Symbols"));
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *content = new QWidget;
    auto *whole = new QVBoxLayout{content};
    whole->setContentsMargins(6, 4, 8, 4);
    whole->setSpacing(4);
    m_content = new QWidget;
    m_grid = new QGridLayout{m_content};
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(3);
    whole->addWidget(m_head);
    whole->addWidget(m_content);
    whole->addStretch(1);
    scroll->setWidget(content);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    readBetas();
    connect(&tools.window.models.riskBasis, &live::RiskBasis::changed, this, &StressSymbols::follow);
    connect(&tools.window.models.betas, &live::BetaBook::changed, this, &StressSymbols::showBetas);
    setPath(Path::Together);
}

void StressSymbols::readBetas()
{
    const QVariantMap kept = m_tools.window.settings.value(betasKey).toMap();
    for (auto each = kept.begin(); each != kept.end(); ++each) {
        const auto beta = Rate::parse(each.value().toString().toStdString());
        if (beta && beta->abs() <= largestBeta) {
            m_tools.window.models.betas.setTyped(each.key().toStdString(), *beta);
        }
    }
}

void StressSymbols::keepBetas()
{
    QVariantMap kept;
    for (const auto &[symbol, beta] : m_tools.window.models.betas.allTyped()) {
        kept[live::toQString(symbol)] = live::toQString(beta.toString());
    }
    m_tools.window.settings.setValue(betasKey, kept);
}

void StressSymbols::setPath(Path path)
{
    m_path = path;
    m_head->setText(
        path == Path::Together ? tr("All prices move together, by the same per cent.")
        : path == Path::ByBeta
            ? tr("The move is that of BTC; each symbol moves by its beta, measured over the last "
                 "%1 closed hours. Type over a beta to use your own.")
                  .arg(live::BetaBook::bars)
            : tr("The move of each symbol at the end of the path; the curve runs from now to there."));
    m_rows.clear();
    follow();
}

void StressSymbols::follow()
{
    const auto symbols =
        m_path == Path::Together ? std::vector<domain::Symbol>{} : m_tools.window.models.riskBasis.symbols();
    if (!std::ranges::equal(symbols, m_rows, {}, {}, &Row::symbol) ||
        (symbols.empty() && m_grid->count() > 0)) {
        rebuild(symbols);
    }
}

void StressSymbols::rebuild(const std::vector<domain::Symbol> &symbols)
{
    m_rows.clear();
    while (QLayoutItem *item = m_grid->takeAt(0)) {
        item->widget()->deleteLater();
        item->widget()->hide();
        delete item;
    }
    for (const auto &symbol : symbols) {
        Row row;
        row.symbol = symbol;
        const int at = static_cast<int>(m_rows.size());
        row.name = new QLabel{live::toQString(symbol)};
        m_grid->addWidget(row.name, at, 0);
        m_path == Path::ByBeta ? addBetaRow(row, at) : addMoveRow(row, at);
        m_rows.push_back(row);
    }
    m_grid->setColumnStretch(2, 1);
    showBetas();
}

void StressSymbols::addBetaRow(Row &row, int at)
{
    const QString name = live::toQString(row.symbol);
    row.edit =
        identify(new DecimalEdit, idOf(row.symbol) + QStringLiteral(".beta"), tr("Beta of %1").arg(name));
    row.edit->allowNegative();
    row.edit->setStep("0.1");
    row.edit->setFont(Theme::numberFont());
    row.edit->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("-88.8888")) + 26);
    row.edit->setEnabled(row.symbol != m_tools.window.models.betas.reference());
    row.origin = roleLabel({}, "caption");
    row.reset = identify(new QToolButton, idOf(row.symbol) + QStringLiteral(".measured"),
        tr("Use the measured beta of %1").arg(name));
    row.reset->setText(tr("Measured"));
    row.reset->setProperty("small", true);
    m_grid->addWidget(row.edit, at, 1);
    m_grid->addWidget(row.origin, at, 2);
    m_grid->addWidget(row.reset, at, 3);
    live::BetaBook &betas = m_tools.window.models.betas;
    connect(row.edit, &QLineEdit::textEdited, this, [this, edit = row.edit, symbol = row.symbol, &betas] {
        const auto typed = edit->value<Rate>();
        const bool isGood = typed && typed->abs() <= largestBeta;
        markProblem(*edit, !isGood && !edit->isBlank());
        edit->setToolTip(isGood ? QString{} : tr("A beta lies between -20 and 20."));
        if (isGood) {
            betas.setTyped(symbol, typed);
            keepBetas();
        }
    });
    connect(row.edit, &QLineEdit::editingFinished, this, [this, edit = row.edit] {
        edit->setModified(false);
        showBetas();
    });
    connect(row.reset, &QToolButton::clicked, this, [this, symbol = row.symbol, edit = row.edit, &betas] {
        edit->setModified(false);
        betas.setTyped(symbol, std::nullopt);
        keepBetas();
        showBetas();
    });
}

void StressSymbols::addMoveRow(Row &row, int at)
{
    const QString name = live::toQString(row.symbol);
    row.slider = identify(new QSlider{Qt::Horizontal}, idOf(row.symbol) + QStringLiteral(".slider"),
        tr("Move of %1, per cent").arg(name));
    row.slider->setRange(-50, 50);
    row.slider->setPageStep(5);
    row.slider->setMinimumWidth(90);
    row.edit = identify(
        new DecimalEdit, idOf(row.symbol) + QStringLiteral(".move"), tr("Move of %1, per cent").arg(name));
    row.edit->setUnit(QStringLiteral("%"));
    row.edit->allowNegative();
    row.edit->setStep("0.5");
    row.edit->setFont(Theme::numberFont());
    row.edit->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("-100.0 %")) + 30);
    m_grid->addWidget(row.edit, at, 1);
    m_grid->addWidget(row.slider, at, 2, 1, 2);
    const auto kept = m_moves.find(row.symbol);
    const Rate move = kept == m_moves.end() ? Rate{} : kept->second;
    row.edit->setValue(move * 100, 1);
    row.slider->setValue(static_cast<int>(std::lround(move.approximate() * 100)));
    connect(row.slider, &QSlider::valueChanged, this, [this, row](int percent) {
        const Rate chosen = Rate::of(percent) / 100;
        row.edit->setValue(chosen * 100, 1);
        setMove(row, chosen);
    });
    connect(row.edit, &QLineEdit::textEdited, this, [this, row] {
        const auto typed = row.edit->value<Rate>();
        const bool isGood = typed && *typed / 100 >= smallestMove && *typed / 100 <= largestMove;
        markProblem(*row.edit, !isGood && !row.edit->isBlank());
        row.edit->setToolTip(isGood ? QString{} : tr("A move lies between -100 % and +1,000 %."));
        if (isGood) {
            const QSignalBlocker quiet{row.slider};
            row.slider->setValue(static_cast<int>(std::lround(typed->approximate())));
            setMove(row, *typed / 100);
        }
    });
}

void StressSymbols::setMove(const Row &row, Rate move)
{
    m_moves[row.symbol] = move;
    emit movesChanged();
}

void StressSymbols::showBetas()
{
    if (m_path != Path::ByBeta) {
        return;
    }
    const live::BetaBook &betas = m_tools.window.models.betas;
    for (const Row &row : m_rows) {
        const auto measured = betas.measured(row.symbol);
        const bool isTyped = betas.typed(row.symbol).has_value();
        if (!row.edit->isModified()) { // nobody is typing
            row.edit->setValue(isTyped ? betas.value(row.symbol) : measured.value.roundedTo(hundredth), 2);
            markProblem(*row.edit, false);
        }
        QString origin;
        if (row.symbol == betas.reference()) {
            origin = tr("by definition");
        } else if (measured.isAssumed) {
            origin = betas.isOnItsWay(row.symbol) || betas.isOnItsWay(betas.reference())
                         ? tr("assumed 1.00: being measured")
                         : tr("assumed 1.00: %1 samples are too few").arg(measured.samples);
        } else {
            origin = tr("measured %1, R² %2, %3 samples")
                         .arg(live::fixedText(measured.value, 2), live::fixedText(*measured.rSquared, 2))
                         .arg(measured.samples);
        }
        row.origin->setText(isTyped ? tr("typed; %1").arg(origin) : origin);
        row.edit->setAccessibleName(
            tr("Beta of %1, %2").arg(live::toQString(row.symbol), row.origin->text()));
        row.reset->setVisible(isTyped);
    }
}

} // namespace ui
