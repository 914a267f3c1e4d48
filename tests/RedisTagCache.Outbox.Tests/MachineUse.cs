using RedisTagCache.TestSupport;

[assembly: AssemblyFixture(typeof(MachineShare))]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
[assembly: AssemblyFixture(typeof(RedisFixture))]
[assembly: AssemblyFixture(typeof(RedisTagCache.Outbox.Tests.Databases.PostgresFixture))]
