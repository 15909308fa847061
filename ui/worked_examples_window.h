#pragma once

#include "models/live/worked_examples_model.h"
#include "ui/context.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QLabel;
class QLineEdit;

namespace ui
{

class DataTable;

/// Help, worked examples: published and independently computed examples of the risk maths, recomputed in this
/// very program and shown with what they should be.
class WorkedExamplesWindow final : public QWidget
{
    Q_OBJECT
public:
    WorkedExamplesWindow(const Theme &theme, SettingsStore &settings, QWidget *parent = nullptr);

private:
    void recompute();
    void showChosen();
    void applyAppearance();

    const Theme &m_theme;
    live::WorkedExamplesModel m_model;
    QLabel *m_sentence;
    QLineEdit *m_search;
    DataTable *m_table;
    QLabel *m_details;
};

} // namespace ui
