#pragma once

#include "ui/survival_facts.h"

#include <QDialog>
#include <QStringList>

namespace live
{
class Models;
class TimeDisplay;
} // namespace live

namespace ui
{

/// The facts with what the live models know filled in.
SurvivalFacts withExchange(SurvivalFacts facts, const live::Models &models);
/// One plain sentence a fact.
QStringList survivalSentences(const SurvivalFacts &facts, const live::TimeDisplay &times);

/// "What would survive a power cut?"
class SurvivalDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit SurvivalDialog(const QStringList &sentences, QWidget *parent = nullptr);
};

} // namespace ui
