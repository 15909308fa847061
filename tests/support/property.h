#pragma once

#include <QTest>

#include <rapidcheck.h>

namespace support
{

/// rc::check that fails the Qt test; the counterexample goes to stderr.
template <class Property> void check(const char *what, Property property)
{
    QVERIFY(rc::check(what, property));
}

} // namespace support
