#include "services/admin/admin.h"

#include "services/admin/admin_auth.h"
#include "services/admin/admin_face.h"
#include "services/admin/admin_metrics.h"
#include "services/admin/agents.h"
#include "services/admin/commands.h"
#include "services/admin/fleet.h"
#include "services/admin/page_token.h"
#include "services/admin/refusals.h"
#include "services/admin/watch_hub.h"

namespace edgeplane::admin {

class Admin::Impl {
 public:
  Impl(const AdminSettings& settings, const Parts& parts)
      : settings_(settings),
        store_(parts.store),
        metrics_(parts.metrics),
        tokens_(parts.vault.KeyCheck()),
        agents_({parts.store, parts.vault, parts.control, parts.signals, parts.registry_metrics,
                 parts.clock, tokens_}),
        commands_({settings_, parts.store, parts.control, parts.signals, parts.registry_metrics,
                   parts.clock, tokens_}),
        refusals_(parts.store, tokens_),
        fleet_(parts.store, parts.control, parts.clock),
        hub_(static_cast<size_t>(settings_.max_watches), settings_.watch_recheck, metrics_),
        face_({auth_, parts.pool, metrics_, agents_, commands_, refusals_, fleet_, parts.store,
               parts.signals, hub_}) {}

  AdminFace& face() { return face_; }
  Status Start() { return auth_.Load(store_); }
  void Stop() { hub_.Stop(); }

 private:
  const AdminSettings settings_;
  storage::FleetStore& store_;
  AdminMetrics metrics_;
  AdminAuth auth_;
  const PageTokens tokens_;
  Agents agents_;
  Commands commands_;
  Refusals refusals_;
  Fleet fleet_;
  WatchHub hub_;
  AdminFace face_;
};

Admin::Admin(const AdminSettings& settings, const Parts& parts)
    : impl_(std::make_unique<Impl>(settings, parts)) {}

Admin::~Admin() { Stop(); }

grpc::Service& Admin::service() { return impl_->face(); }
Status Admin::Start() { return impl_->Start(); }
void Admin::Stop() { impl_->Stop(); }

}  // namespace edgeplane::admin
