using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

/// <summary>One number for each operation.</summary>
[InlineArray(Ops.Length)]
internal struct PerOp
{
    private byte _first;
}

/// <summary>What the database of the application has committed. Its transactions are the operations of the kind <see cref="OpKind.Save"/>, a bit each.</summary>
internal struct Database
{
    /// <summary>The transactions whose data is committed. A computation reads the data of those that are committed when it begins.</summary>
    public byte Committed;

    /// <summary>The transactions with a row in the outbox that dispatchers see.</summary>
    public byte Rows;

    /// <summary>The rows that the cache has rejected, because their tag is none. They are set aside, and reported.</summary>
    public byte Rejected;

    /// <summary>The transactions that a replica of the database has received. It lags behind.</summary>
    public byte Replicated;

    /// <summary>The rows that were evicted once and are to be evicted again.</summary>
    public byte Repeated;

    /// <summary>Who has claimed a row: an operation, counted from 1; 0 for nobody.</summary>
    public PerOp Claims;

    /// <summary>The numbers of the rows, in the order in which transactions insert them. Only for dispatchers that go by these numbers.</summary>
    public PerOp Numbers;
    public byte LastNumber;
}
