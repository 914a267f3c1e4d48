using RedisTagCache.IntegrationTests.Adapters;
using RedisTagCache.IntegrationTests.Hybrid;
using RedisTagCache.IntegrationTests.Store;

namespace RedisTagCache.IntegrationTests.Security;

public sealed class AclStoreTests(AclEngine engine) : StoreContract(engine), IClassFixture<AclEngine>;

public sealed class AclGetOrCreateTests(AclEngine engine) : GetOrCreateContract(engine, HybridMakers.Ours), IClassFixture<AclEngine>;

public sealed class AclStampedeTests(AclEngine engine) : StampedeContract(engine, HybridMakers.Ours), IClassFixture<AclEngine>;

public sealed class AclTagTests(AclEngine engine) : TagContract(engine, HybridMakers.Ours), IClassFixture<AclEngine>;

public sealed class AclRemovalTests(AclEngine engine) : RemovalContract(engine, HybridMakers.Ours), IClassFixture<AclEngine>;

public sealed class AclFleetTests(AclEngine engine) : FleetContract(engine), IClassFixture<AclEngine>;

public sealed class AclDistributedCacheTests(AclEngine engine) : DistributedCacheContract(engine, isSync: false), IClassFixture<AclEngine>;
