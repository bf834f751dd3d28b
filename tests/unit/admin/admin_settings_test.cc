#include "services/admin/admin_settings.h"

#include <gtest/gtest.h>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

TEST(AdminSettings, DefaultsAndBounds) {
  AdminSettings settings;
  SettingSet set;
  DeclareAdminSettings(set, settings);
  ASSERT_TRUE(set.Resolve({}, {}, {}).ok());
  EXPECT_EQ(settings.command_default_ttl, std::chrono::hours(24));
  EXPECT_EQ(settings.max_queued_commands, 1000);
  EXPECT_EQ(settings.max_watches, 256);
  EXPECT_TRUE(settings.reflection);
  ASSERT_TRUE(set.Resolve({{"command-default-ttl", "30d"}, {"reflection", "false"}}, {}, {}).ok());
  EXPECT_EQ(settings.command_default_ttl, kCommandTtlMax);
  EXPECT_FALSE(settings.reflection);
  for (const char* bad : {"31d", "999ms", "0"}) {
    EXPECT_FALSE(set.Resolve({{"command-default-ttl", bad}}, {}, {}).ok()) << bad;
  }
}

}  // namespace
}  // namespace edgeplane::admin
