using RedisTagCache.TestSupport;

[assembly: AssemblyFixture(typeof(MachineShare))]
