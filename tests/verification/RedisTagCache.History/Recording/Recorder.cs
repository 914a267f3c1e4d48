using System.IO.MemoryMappedFiles;

namespace RedisTagCache.History.Recording;

/// <summary>
/// The file of one process, mapped into its memory: a record costs no call of the system, and what is recorded outlives a process that is killed.
/// <code>
/// how many records were started : 8 | record | record | ...     (a sparse file; a record whose kind is 0 was not finished)
/// </code>
/// </summary>
internal sealed unsafe class Recorder : IDisposable
{
    public const int HeaderLength = 8;
    private const long Capacity = 100_000_000;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    public Recorder(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, HeaderLength + (Capacity * sizeof(Operation)));
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public void Add(in Operation operation)
    {
        var index = Interlocked.Increment(ref *(long*)_start) - 1;
        if (index >= Capacity)
            throw new InvalidOperationException("The record is full.");
        var at = (Operation*)(_start + HeaderLength) + index;
        *at = operation with { Kind = Kind.None };
        Interlocked.MemoryBarrier();
        *(Kind*)at = operation.Kind; // last: now it counts
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
