using System.IO.MemoryMappedFiles;

namespace RedisTagCache.History.Work;

/// <summary>The truth: one version a key, in memory that all processes share and that outlives each of them.</summary>
internal sealed unsafe class Database : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    public Database(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Plan.Keys * sizeof(long));
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public long Read(int key) => Volatile.Read(ref *((long*)_start + key));

    public long Raise(int key) => Interlocked.Increment(ref *((long*)_start + key));

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
