namespace RedisTagCache.Tool.Doctor;

/// <summary>Explains why a server rejects writes.</summary>
internal static class WriteErrors
{
    private const string Name = "write";

    public static Finding Explain(string error) => error.Split(' ', 2)[0] switch
    {
        "OOM" => new(Name, Level.Error, "The server rejects writes, because its memory is full and its policy drops no keys.", "Set maxmemory-policy volatile-lru, or give the server more memory. To free the memory of invalidated entries, run redistagcache reclaim."),
        "READONLY" => new(Name, Level.Error, "The server rejects writes, because it is a read-only replica.", "Connect to the primary."),
        "MISCONF" => new(Name, Level.Error, "The server rejects writes, because it cannot save to disk.", "Free disk space on the server, or turn snapshots off. The cache does not need them."),
        "NOREPLICAS" => new(Name, Level.Error, "The server rejects writes, because it has fewer replicas than min-replicas-to-write.", "Start the replicas, or lower min-replicas-to-write."),
        "LOADING" => new(Name, Level.Error, "The server is still loading its data.", "Wait, and run this command again."),
        "CLUSTERDOWN" => new(Name, Level.Error, "The cluster is down, because some slots have no primary.", "To find the slots, run CLUSTER INFO and CLUSTER NODES on the server."),
        "NOPERM" => new(Name, Level.Error, "The user is not allowed to write.", "See the finding for rights."),
        _ => new(Name, Level.Error, "An entry cannot be written: " + error, "Check the log of the server."),
    };
}
