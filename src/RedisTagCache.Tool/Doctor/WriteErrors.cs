namespace RedisTagCache.Tool.Doctor;

/// <summary>Why a server takes no writes.</summary>
internal static class WriteErrors
{
    private const string Name = "write";

    public static Finding Explain(string error) => Trial.First(error) switch
    {
        "OOM" => new(Name, Level.Error, "The server refuses writes: its memory is full and its policy drops nothing.", "CONFIG SET maxmemory-policy volatile-lru, or give it more memory. redistagcache reclaim frees what is dead."),
        "READONLY" => new(Name, Level.Error, "The server refuses writes: it is a read-only replica.", "Connect to the primary."),
        "MISCONF" => new(Name, Level.Error, "The server refuses writes: it cannot save to disk.", "Free its disk, or switch snapshots off: the cache needs none."),
        "NOREPLICAS" => new(Name, Level.Error, "The server refuses writes: it wants replicas, and has too few.", "Start them, or lower min-replicas-to-write."),
        "LOADING" => new(Name, Level.Error, "The server is still loading its data.", "Wait; then run this again."),
        "CLUSTERDOWN" => new(Name, Level.Error, "The cluster is down: some slots have no primary.", "CLUSTER INFO and CLUSTER NODES there tell which."),
        "NOPERM" => new(Name, Level.Error, "The user may not write.", "See rights below."),
        _ => new(Name, Level.Error, "An entry cannot be written: " + error, "Look at the server's log."),
    };
}
