#include "ui/guide_window.h"

#include "ui/widgets/identify.h"

#include <QAbstractTextDocumentLayout>
#include <QFile>
#include <QLineEdit>
#include <QScrollBar>
#include <QShortcut>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextTable>
#include <QVBoxLayout>

// A resource of a static library has to be asked for, and outside of any namespace.
static void loadGuide()
{
    Q_INIT_RESOURCE(guide);
}

namespace ui
{

GuideWindow::GuideWindow(const Theme &theme, QWidget *parent)
    : QWidget{parent, Qt::Window},
      m_theme{theme},
      m_text{identify(new QTextBrowser, QStringLiteral("guide.text"), tr("User guide"))},
      m_search{identify(new QLineEdit, QStringLiteral("guide.search"), tr("Search the guide"))}
{
    loadGuide();
    setObjectName(QStringLiteral("guide"));
    setWindowTitle(tr("Headroom: user guide"));
    setAttribute(Qt::WA_StyledBackground);
    resize(820, 760);
    m_search->setPlaceholderText(tr("Search the guide; Return finds the next place"));
    m_search->setClearButtonEnabled(true);
    m_text->setOpenExternalLinks(false);
    m_text->setOpenLinks(false);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_search);
    layout->addWidget(m_text, 1);
    connect(m_search, &QLineEdit::returnPressed, this, &GuideWindow::findNext);
    connect(&theme, &Theme::changed, this, &GuideWindow::applyAppearance);
    auto *find = new QShortcut{QKeySequence::Find, this};
    connect(find, &QShortcut::activated, m_search, qOverload<>(&QWidget::setFocus));
    auto *leave = new QShortcut{Qt::Key_Escape, this};
    connect(leave, &QShortcut::activated, this, &QWidget::close);
    applyAppearance();
}

void GuideWindow::applyAppearance()
{
    const Tokens &tokens = m_theme.tokens();
    setStyleSheet(m_theme.styleSheet() +
                  QStringLiteral("GuideWindow, QWidget#guide { background: %1; }"
                                 "QTextBrowser { background: %1; color: %2; border: none; font-size: 10pt; }")
                      .arg(tokens.panel.name(), tokens.text.name()));
    QFile file{QStringLiteral(":/guide/guide.md")};
    const QString text = file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString{};
    m_text->setMarkdown(text);
    m_text->document()->setDocumentMargin(14);
    // Markdown brings neither colours nor the width of tables.
    for (QTextFrame *frame : m_text->document()->rootFrame()->childFrames()) {
        if (auto *table = qobject_cast<QTextTable *>(frame)) {
            QTextTableFormat format = table->format();
            format.setBorderBrush(tokens.border);
            format.setBorderCollapse(true);
            format.setBorder(1);
            format.setCellPadding(5);
            format.setWidth(QTextLength{QTextLength::PercentageLength, 100});
            table->setFormat(format);
        }
    }
    m_text->moveCursor(QTextCursor::Start);
}

void GuideWindow::goTo(const QString &heading)
{
    QTextBlock block = m_text->document()->begin();
    while (block.isValid() && (block.blockFormat().headingLevel() == 0 || block.text() != heading)) {
        block = block.next();
    }
    if (block.isValid()) {
        m_text->moveCursor(QTextCursor::End); // so that the heading comes to the top
        QTextCursor cursor{block};
        m_text->setTextCursor(cursor);
        m_text->verticalScrollBar()->setValue(
            static_cast<int>(m_text->document()->documentLayout()->blockBoundingRect(block).top()) - 10);
    }
}

void GuideWindow::findNext()
{
    if (!m_text->find(m_search->text())) {
        m_text->moveCursor(QTextCursor::Start); // once around
        m_text->find(m_search->text());
    }
}

} // namespace ui
