#include "exchange/paper/core/engine.h"
#include "tests/support/paper_chaos.h"

#include <QTest>

#include <rapidcheck.h>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperChaos;
using support::PaperMarket;

class EnginePropertyTest : public QObject
{
    Q_OBJECT
private slots:
    void whateverTradersDoTheBooksAddUp()
    {
        QVERIFY(rc::check("no breach after any action", [] {
            const auto seed = *rc::gen::arbitrary<std::uint32_t>();
            PaperMarket market;
            PaperChaos chaos{seed};
            for (int step = 0; step < 80; ++step) {
                market.now += Milliseconds{chaos.number(0, 2'000)};
                if (chaos.chance(3)) {
                    market.now += 3h;
                }
                if (chaos.chance(20)) {
                    market.engine.advance(market.now);
                }
                chaos.act(market.engine, market.now);
                const auto breaches = market.engine.checkInvariants();
                if (!breaches.empty()) {
                    RC_FAIL("step " + std::to_string(step) + ": " + breaches.front());
                }
            }
        }));
    }

    void aSavedExchangeGoesOnAsIfNothingHadHappened()
    {
        QVERIFY(rc::check("save, load and continue", [] {
            const auto seed = *rc::gen::arbitrary<std::uint32_t>();
            PaperMarket market;
            PaperChaos before{seed};
            for (int step = 0; step < 60; ++step) {
                market.now += 500ms;
                before.act(market.engine, market.now);
                market.engine.advance(market.now);
            }
            Engine restored;
            PaperMarket::addSymbols(restored);
            const std::string saved = market.engine.saveState();
            const auto loaded = restored.loadState(saved, market.now);
            RC_ASSERT(loaded.has_value());
            RC_ASSERT(restored.saveState() == saved);

            market.engine.takeEvents();
            PaperChaos here{seed + 1};
            PaperChaos there{seed + 1};
            for (int step = 0; step < 60; ++step) {
                market.now += 500ms;
                here.act(market.engine, market.now);
                there.act(restored, market.now);
                market.engine.advance(market.now);
                restored.advance(market.now);
            }
            RC_ASSERT(restored.takeEvents().size() == market.engine.takeEvents().size());
            RC_ASSERT(restored.saveState() == market.engine.saveState());
        }));
    }
};

QTEST_APPLESS_MAIN(EnginePropertyTest)
#include "engine_property_test.moc"
