#include "ui/widgets/ask.h"

#include "ui/widgets/identify.h"

#include <QMessageBox>
#include <QPushButton>

namespace ui
{

void ask(QWidget *parent, const Question &question, std::function<void()> onYes)
{
    auto *box = identify(new QMessageBox{parent}, question.id, question.title);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIcon(QMessageBox::Warning);
    box->setWindowTitle(question.title);
    box->setText(question.text);
    box->setTextFormat(Qt::PlainText);
    auto *yes = box->addButton(question.yes, QMessageBox::AcceptRole);
    auto *no = box->addButton(QMessageBox::tr("Back"), QMessageBox::RejectRole);
    identify(yes, question.id + QStringLiteral(".yes"), question.yes);
    identify(no, question.id + QStringLiteral(".no"), QMessageBox::tr("Back"));
    box->setDefaultButton(no);
    box->setEscapeButton(no);
    QObject::connect(yes, &QPushButton::clicked, parent, [run = std::move(onYes)] { run(); });
    box->open();
}

} // namespace ui
