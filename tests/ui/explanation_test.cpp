#include "models/domain/risk/explain.h"
#include "ui/widgets/field.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QTest>
#include <QVBoxLayout>

using namespace ui;

namespace
{

domain::Explanation ratio()
{
    domain::ExplainContext context;
    context.mark.age = domain::Milliseconds{400};
    return domain::explainMarginRatio("cross", domain::Money::of(2'600), domain::Money::of(65'000), context);
}

ExplanationPopup *popupOf(QWidget &widget)
{
    return widget.findChild<ExplanationPopup *>();
}

} // namespace

class ExplanationTest : public QObject
{
    Q_OBJECT
private slots:
    void init()
    {
        m_window = std::make_unique<QWidget>();
        auto *layout = new QVBoxLayout{m_window.get()};
        m_readout = new Readout{QStringLiteral("test.ratio"), QStringLiteral("Margin ratio")};
        m_readout->display(QStringLiteral("4.00 %"));
        layout->addWidget(m_readout);
        m_window->show();
        m_value = m_window->findChild<QLabel *>(QStringLiteral("test.ratio"));
    }
    void cleanup() { m_window.reset(); }

    void withoutAnExplainerAFigureIsNotReached()
    {
        QCOMPARE(m_value->focusPolicy(), Qt::NoFocus);
        QTest::mouseClick(m_value, Qt::LeftButton);
        QVERIFY(!popupOf(*m_window));
    }

    void aClickShowsFormulaValuesSourceAndAge()
    {
        m_readout->setExplainer([] { return ratio(); });
        QTest::mouseClick(m_value, Qt::LeftButton);
        auto *popup = popupOf(*m_window);
        QVERIFY(popup && popup->isVisible());
        const QString spoken = popup->accessibleName();
        for (const char *part : {"Margin ratio, cross: 4 %", "= MM / MB", "= 2,600 / 65,000",
                 "mark price stream, 0.4 s old", "Source: Binance USDS-M"}) {
            QVERIFY2(spoken.contains(QLatin1StringView{part}), part);
        }
        QTest::keyClick(popup, Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().contains(u"= 2600 / 65000"));
        QTest::keyClick(popup, Qt::Key_Escape);
        QTRY_VERIFY(!popupOf(*m_window));
    }

    void theKeyboardReachesIt_data()
    {
        QTest::addColumn<Qt::Key>("key");
        QTest::newRow("Return") << Qt::Key_Return;
        QTest::newRow("Space") << Qt::Key_Space;
        QTest::newRow("F1") << Qt::Key_F1;
    }
    void theKeyboardReachesIt()
    {
        QFETCH(Qt::Key, key);
        m_readout->setExplainer([] { return ratio(); });
        QCOMPARE(m_value->focusPolicy(), Qt::TabFocus);
        m_value->setFocus(Qt::TabFocusReason);
        QTest::keyClick(m_value, key);
        QVERIFY(popupOf(*m_window));
    }

    void theArrowKeysGoFromFigureToFigure()
    {
        auto *second = new Readout{QStringLiteral("test.second"), QStringLiteral("Second")};
        auto *plain = new Readout{QStringLiteral("test.plain"), QStringLiteral("Plain")};
        auto *third = new Readout{QStringLiteral("test.third"), QStringLiteral("Third")};
        for (Readout *each : {second, plain, third}) {
            m_window->layout()->addWidget(each);
        }
        for (Readout *each : {m_readout, second, third}) {
            each->setExplainer([] { return ratio(); });
            each->setTabStop(each == m_readout);
        }
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        const auto focused = [] { return QApplication::focusWidget()->objectName(); };
        m_value->setFocus(Qt::TabFocusReason);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QCOMPARE(focused(), QStringLiteral("test.second"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QCOMPARE(focused(), QStringLiteral("test.third")); // what explains nothing is passed over
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QCOMPARE(focused(), QStringLiteral("test.third"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Home);
        QCOMPARE(focused(), QStringLiteral("test.ratio"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QVERIFY(focused() != QStringLiteral("test.second"));
    }

    void theOpenExplanationFollowsTheFigure()
    {
        auto money = domain::Money::of(260);
        m_readout->setExplainer([&money]() -> std::optional<domain::Explanation> {
            return domain::explainMarginRatio("cross", money, domain::Money::of(6'500), {});
        });
        m_readout->explain();
        money = domain::Money::of(650);
        QTRY_VERIFY_WITH_TIMEOUT(popupOf(*m_window)->accessibleName().contains(u"10 %"), 3'000);
    }

    void whatHasNoExplanationNowOpensNothing()
    {
        m_readout->setExplainer([]() -> std::optional<domain::Explanation> { return std::nullopt; });
        m_readout->explain();
        QVERIFY(!popupOf(*m_window));
    }

    void numbersAreGrouped()
    {
        QCOMPARE(withGroupedNumbers(QStringLiteral("(1500 + 0.5 × 60000.25) / m2.")),
            QStringLiteral("(1,500 + 0.5 × 60,000.25) / m2."));
        QCOMPARE(withGroupedNumbers(QStringLiteral("-12345 up to 300000.")),
            QStringLiteral("-12,345 up to 300,000."));
    }

private:
    std::unique_ptr<QWidget> m_window;
    Readout *m_readout = nullptr;
    QLabel *m_value = nullptr;
};

QTEST_MAIN(ExplanationTest)
#include "explanation_test.moc"
