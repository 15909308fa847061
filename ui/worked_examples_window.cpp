#include "ui/worked_examples_window.h"

#include "ui/widgets/data_table.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

namespace ui
{

WorkedExamplesWindow::WorkedExamplesWindow(const Theme &theme, SettingsStore &settings, QWidget *parent)
    : QWidget{parent, Qt::Window},
      m_theme{theme},
      m_sentence{new QLabel},
      m_search{identify(new QLineEdit, QStringLiteral("examples.search"), tr("Search the examples"))},
      m_table{new DataTable{m_model, theme, settings,
          {QStringLiteral("examples.table"), tr("Worked examples"),
              tr("No example holds what was searched for: clear the search.")}}},
      m_details{new QLabel}
{
    setObjectName(QStringLiteral("examples"));
    setWindowTitle(tr("Headroom: worked examples"));
    setAttribute(Qt::WA_StyledBackground);
    resize(QSize{1260, 760}.boundedTo(screen()->availableSize() - QSize{40, 60}));
    m_sentence->setObjectName(QStringLiteral("examples.sentence"));
    m_sentence->setWordWrap(true);
    m_details->setObjectName(QStringLiteral("examples.details"));
    m_details->setWordWrap(true);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_details->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    constexpr int usualLines = 7; // so that the table keeps its height from example to example
    m_details->setMinimumHeight(m_details->fontMetrics().lineSpacing() * usualLines);
    m_search->setPlaceholderText(tr("Search: a topic, a symbol, a figure, or DIFFERS"));
    m_search->setClearButtonEnabled(true);
    auto *again =
        identify(new QPushButton{tr("Recompute")}, QStringLiteral("examples.recompute"), tr("Recompute"));
    again->setProperty("small", true);
    auto *bar = new QHBoxLayout;
    bar->addWidget(m_search, 1);
    bar->addWidget(again);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(6);
    layout->addWidget(m_sentence);
    layout->addLayout(bar);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_details);
    m_table->shareWidth({live::WorkedExamplesModel::TopicColumn});
    QSortFilterProxyModel *proxy = m_table->proxy();
    proxy->setFilterKeyColumn(-1);
    proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    connect(m_search, &QLineEdit::textChanged, proxy, &QSortFilterProxyModel::setFilterFixedString);
    connect(again, &QPushButton::clicked, this, &WorkedExamplesWindow::recompute);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
        &WorkedExamplesWindow::showChosen);
    connect(&theme, &Theme::changed, this, &WorkedExamplesWindow::applyAppearance);
    connect(new QShortcut{QKeySequence::Find, this}, &QShortcut::activated, m_search,
        qOverload<>(&QWidget::setFocus));
    connect(new QShortcut{Qt::Key_Escape, this}, &QShortcut::activated, this, &QWidget::close);
    applyAppearance();
    recompute();
    m_table->setFocus();
}

void WorkedExamplesWindow::recompute()
{
    m_model.show(domain::workedExamples());
    const QString sentence = live::workedExamplesSentence(m_model);
    m_sentence->setText(sentence);
    m_sentence->setAccessibleName(sentence);
    m_sentence->setProperty("role", QLatin1StringView{m_model.differingCount() == 0 ? "good" : "block"});
    restyle(m_sentence);
    m_table->chooseSourceRow(0);
    showChosen();
}

void WorkedExamplesWindow::showChosen()
{
    const int row = m_table->currentSourceRow();
    const QString text = row < 0 ? QString{} : live::workedExampleText(m_model, row);
    m_details->setText(text);
    m_details->setAccessibleName(text);
}

void WorkedExamplesWindow::applyAppearance()
{
    const Tokens &tokens = m_theme.tokens();
    setStyleSheet(m_theme.styleSheet() + QStringLiteral("QWidget#examples { background: %1; }"
                                                        "QLabel { color: %2; }")
                                             .arg(tokens.panel.name(), tokens.text.name()));
}

} // namespace ui
