// A test in a private directory, which may also be a /proc of its own making. For the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include "proc_tree.h"
#include "temporary_directory.h"

class InADirectory : public testing::Test, protected TemporaryDirectory {};

class InAProc : public testing::Test, protected ProcTree {};
