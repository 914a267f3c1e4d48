namespace RedisTagCache.Diagnostics;

/// <summary>The ids of log lines. They are stable; a retired id is not used again.</summary>
internal static class LogIds
{
    public const int BuildNamespaceResolved = 1;
    public const int CachesRegistered = 2;
    public const int CacheDisabled = 3;
    public const int ConnectFailed = 10;
    public const int LayoutAgreed = 13;
    public const int SubscriptionsNotSupported = 14;
    public const int CircuitOpened = 11;
    public const int CircuitClosed = 12;
    public const int AuthenticationFailed = 16;
    public const int ConnectionReplaced = 17;
    public const int FailureDetail = 15;
    public const int LookupFailed = 20;
    public const int WriteSkipped = 21;
    public const int WriteRejected = 22;
    public const int EntryDamaged = 23;
    public const int BackgroundCommandFailed = 24;
    public const int BackgroundStepFailed = 25;
    public const int EvictionFailed = 30;
    public const int EvictionsRetried = 31;
    public const int EvictionsRecovered = 32;
    public const int RemovalsRetried = 33;
    public const int EvictionsCoarsened = 34;
    public const int EvictionsDisabled = 35;
    public const int TagStateRebuilt = 40;
    public const int SyncFailed = 41;
    public const int GenerationBegan = 42;
    public const int RefreshFailed = 50;
    public const int FactoryFailedSafe = 51;
    public const int ValueNotKept = 52;
    public const int ValueUnreadable = 53;
    public const int ObserverFailed = 60;
    public const int MemoryNotFreed = 120;
    public const int TagInvalidationsAtRisk = 121;
    public const int ChannelPrefixSet = 122;
    public const int CallsQueued = 123;
    public const int PersistenceFailing = 124;
    public const int ServerTooOld = 125;
    public const int ClocksApart = 126;
    public const int PrimariesUnrelated = 127;
    public const int TooFewPartitions = 128;
    public const int SettingsChecked = 129;
}
