#include "services/registry/registry_settings.h"

#include <gtest/gtest.h>

namespace edgeplane::registry {
namespace {

TEST(RegistrySettings, DefaultsAreWithinTheirBounds) {
  RegistrySettings settings;
  SettingSet set;
  DeclareRegistrySettings(set, settings);
  SettingSet::Values defaults;
  for (const SettingInfo& info : set.settings()) defaults[info.name] = info.default_value;
  EXPECT_TRUE(set.Resolve(defaults, {}, {}).ok());
  EXPECT_EQ(settings.token_max_age, std::chrono::hours(24));
  EXPECT_EQ(settings.delivery_window_bytes, 64 * 1024);
  EXPECT_EQ(settings.takeovers.takeovers_max, 4);
  EXPECT_EQ(settings.takeovers.window, std::chrono::seconds(60));
  EXPECT_EQ(settings.takeovers.calm, std::chrono::seconds(90));
  EXPECT_EQ(settings.sync_redelivery_after, std::chrono::minutes(5));
  EXPECT_EQ(settings.event_retention, std::chrono::hours(24 * 30));
  EXPECT_EQ(settings.command_retention, std::chrono::hours(24 * 30));
  EXPECT_EQ(settings.refusal_retention, std::chrono::hours(24 * 90));
  EXPECT_EQ(settings.audit_retention, std::chrono::hours(24 * 365));
  EXPECT_EQ(settings.fleet_secret_file, "");
}

TEST(RegistrySettings, BoundsHold) {
  RegistrySettings settings;
  SettingSet set;
  DeclareRegistrySettings(set, settings);
  EXPECT_FALSE(set.Resolve({{"token-max-age", "31d"}}, {}, {}).ok());
  EXPECT_FALSE(set.Resolve({{"delivery-window", "0"}}, {}, {}).ok());
  EXPECT_FALSE(set.Resolve({{"takeover-max", "0"}}, {}, {}).ok());
  EXPECT_FALSE(set.Resolve({{"sync-commands-max", "0"}}, {}, {}).ok());
  EXPECT_TRUE(set.Resolve({{"sweep-interval", "250ms"}}, {}, {}).ok());
  EXPECT_EQ(settings.sweep_interval, std::chrono::milliseconds(250));
}

}  // namespace
}  // namespace edgeplane::registry
